const { spawn } = require('node:child_process');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

/** The last step of a build: starts the program once, so that its threads write down what V8 made of them (compiled.js). */
const WRITE_AFTER_MS = 1000;
/** The planner begins when the others are there, and writes so long after its own beginning. */
const ALL_WRITTEN_MS = 2000;
const GIVE_UP_MS = 30_000;

// Whatever settings of a server are in the environment, this one is nobody's.
const own = Object.entries(process.env).filter(([name]) => !name.startsWith('MILLRACE_') && name !== 'NODE_OPTIONS');
const data = mkdtempSync(join(tmpdir(), 'millrace-compile-'));
const server = spawn(process.execPath, [join(__dirname, 'millrace.js'), 'serve', '--port', '0', '--data', data], {
  env: { ...Object.fromEntries(own), MILLRACE_COMPILE: String(WRITE_AFTER_MS) },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const giveUp = setTimeout(() => server.kill('SIGKILL'), GIVE_UP_MS);
// Its first words: it listens.
server.stdout.once('data', () => setTimeout(() => server.kill('SIGTERM'), ALL_WRITTEN_MS));
server.on('exit', (code) => {
  clearTimeout(giveUp);
  rmSync(data, { recursive: true, force: true });
  // Without it the program only starts more slowly.
  if (code !== 0) console.error('millrace: the program could not be compiled ahead; it starts more slowly');
});
