// The tests import TypeScript, which Node 20 does not run as it is.
import { readdirSync } from 'node:fs';
import esbuild from 'esbuild';

esbuild.buildSync({
  entryPoints: readdirSync('test').map((name) => `test/${name}`),
  bundle: true,
  format: 'esm',
  outdir: 'dist/test',
  platform: 'node',
  outExtension: { '.js': '.mjs' },
});
