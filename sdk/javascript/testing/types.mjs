// The type checker, with the settings that an author has.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const SDK = fileURLToPath(new URL('..', import.meta.url));

/** Gives what the type checker says of a plugin's source: nothing, if it has no complaint. */
export function check(source) {
  const folder = mkdtempSync(join(tmpdir(), 'pocket-types-'));
  try {
    mkdirSync(join(folder, 'node_modules/@pocket'), { recursive: true });
    symlinkSync(SDK, join(folder, 'node_modules/@pocket/plugin-sdk'));
    const compilerOptions = { strict: true, noEmit: true, module: 'nodenext', target: 'es2022', lib: ['es2024'], types: ['@pocket/plugin-sdk/globals'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['plugin.ts'] }));
    writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
    writeFileSync(join(folder, 'plugin.ts'), source);
    execFileSync(process.execPath, [join(SDK, 'node_modules/typescript/bin/tsc'), '-p', folder], { encoding: 'utf8' });
    return '';
  } catch (error) {
    return error.stdout || String(error);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
