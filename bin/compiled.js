const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, join } = require('node:path');
const { Script } = require('node:vm');
const { crc32 } = require('node:zlib');

/**
 * Runs files of the program (dist/program/*.cjs) from what V8 made of them when the program was built, so that a start
 * does not compile them again: that is half of what loading them costs. V8 itself refuses what another version or other
 * flags made, and the checksum here what belongs to another text (V8 compares lengths only); then the text is compiled.
 */

const HEAD = 4;
/** Set by bin/compile.js: after so many ms every thread writes down what it has compiled. */
const writeAfterMs = Number(process.env.MILLRACE_COMPILE ?? 0);

/** What is loaded in this thread, by path. */
const modules = new Map();

/** The exports of a file of the program. */
function load(path) {
  const known = modules.get(path);
  if (known) return known.exports;
  const module = { exports: {} };
  modules.set(path, module);
  const text = readFileSync(path);
  const script = new Script(wrapped(text), {
    filename: path,
    cachedData: writeAfterMs > 0 ? undefined : compiledOf(path, text),
  });
  if (writeAfterMs > 0) setTimeout(() => write(path, text, script), writeAfterMs).unref();
  script.runInThisContext()(module.exports, requireOf(path), module, path, dirname(path));
  return module.exports;
}

function wrapped(text) {
  return `(function (exports, require, module, __filename, __dirname) {${text}\n})`;
}

/** Other files of the program are loaded as this one was; everything else as Node does. */
function requireOf(path) {
  const others = createRequire(path);
  return (id) => (id.startsWith('./') ? load(join(dirname(path), id)) : others(id));
}

function compiledOf(path, text) {
  const file = `${path}.compiled`;
  if (!existsSync(file)) return undefined;
  const bytes = readFileSync(file);
  return bytes.length > HEAD && bytes.readUInt32LE(0) === crc32(text) ? bytes.subarray(HEAD) : undefined;
}

function write(path, text, script) {
  // As it stands when a process starts: flags are part of what V8 looks at.
  require('node:v8').setFlagsFromString('--heap-growing-percent=0');
  const head = Buffer.alloc(HEAD);
  head.writeUInt32LE(crc32(text), 0);
  writeFileSync(`${path}.compiled`, Buffer.concat([head, script.createCachedData()]));
}

module.exports = { load, wrapped };
