import { execFileSync } from 'node:child_process';
import esbuild from 'esbuild';

// Bundle TypeScript to JavaScript
esbuild.buildSync({
  entryPoints: ['src/sentiment-analyzer.ts'],
  bundle: true,
  format: 'esm',
  outfile: 'dist/plugin.js',
  platform: 'neutral',
  // For errors that name these files and lines
  sourcemap: 'external',
});

// Compile to WebAssembly
const compiler = 'node_modules/.bin/pocket-plugin';
execFileSync(compiler, ['compile', 'dist/plugin.js', '-o', 'dist/plugin.wasm'], { stdio: 'inherit' });
