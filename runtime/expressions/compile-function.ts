import { assert } from '../errors/assert.ts';

/**
 * The only place where text becomes code. The text comes from the generator alone: every name, literal and pattern
 * of a user goes in as an argument. The check below holds that: it knows no quotes, no backticks, no comments and no
 * words but ours, so a text with anything of a user in it is a bug that stops here.
 */

/** Words of the language, and names that the generator makes: letters and a number. */
const TOKEN =
  /[ \n]+|(?:let|const|if|else|for|continue|break|return|true|false|null)\b|[a-z]{1,4}\d{1,6}\b(?!\.)|[a-z]{1,4}\d{1,6}\.(?:length|getInt32)\b|Math\.(?:trunc|floor|ceil|abs|imul|clz32)\b|BigInt\b|\d{1,64}n?\b(?![.\w])|===|!==|<=|>=|&&|\|\||\+\+|\+=|\|=|\/(?![/*])|=(?!>)|[-+*%&|^~<>!?:;,(){}[\]]/y;

const PARAMETER = /^[a-z]{1,4}\d{1,6}$/;

/** Plans hold at most some thousand nodes; anything longer is no program of ours. */
const TEXT_MAX = 4 * 1024 * 1024;

export type CompiledFunction = (...args: readonly unknown[]) => unknown;

/** Makes a function of these parameters and body, in strict mode. Throws AssertionError for a text that is not ours. */
export function compileFunction(parameters: readonly string[], body: string): CompiledFunction {
  assertOwnText(parameters, body);
  return new Function(...parameters, `"use strict";\n${body}`) as CompiledFunction;
}

export function assertOwnText(parameters: readonly string[], body: string): void {
  assert(body.length <= TEXT_MAX, 'generated code is too long');
  assert(
    parameters.every((name) => PARAMETER.test(name)),
    'a parameter of generated code has a foreign name',
  );
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < body.length) {
    const at = TOKEN.lastIndex;
    assert(TOKEN.test(body), `generated code has a foreign token at ${at}`);
  }
}
