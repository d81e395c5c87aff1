import { createHash } from 'node:crypto';
import { BIGINT, INT, STRING } from '../../types/data-type.ts';
import type { ScalarFunction } from '../scalar-function.ts';
import { form, invalidArgument, strictFunction } from './strict-function.ts';

function chr(code: number): string {
  if (code === 0) throw invalidArgument('no text holds the character 0');
  const surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < 0 || code > 0x10ffff || surrogate) throw invalidArgument(`${code} is no character`);
  return String.fromCodePoint(code);
}

function digest(algorithm: string): (text: string) => string {
  return (text) => createHash(algorithm).update(text).digest('hex');
}

/** Negative numbers as their two's complement, as in PostgreSQL. */
function toHex(value: number | bigint): string {
  const bits = typeof value === 'bigint' ? 64 : 32;
  return BigInt.asUintN(bits, BigInt(value)).toString(16);
}

/** Numbers that stand for texts: code points, bytes, digests. */
export const textCodes: readonly ScalarFunction[] = [
  strictFunction({
    name: 'ASCII',
    doc: { summary: "The code point of the first character; 0 for ''.", example: "ASCII('a')", result: '97' },
    forms: [form(INT, STRING)],
    compute: (text: string) => text.codePointAt(0) ?? 0,
  }),
  strictFunction({
    name: 'CHR',
    doc: { summary: 'The character of a code point.', example: 'CHR(228)', result: 'ä' },
    forms: [form(STRING, INT)],
    compute: chr,
  }),
  strictFunction({
    name: 'OCTET_LENGTH',
    doc: { summary: 'The number of bytes in UTF-8.', example: "OCTET_LENGTH('häuser')", result: '7' },
    forms: [form(INT, STRING)],
    compute: (text: string) => Buffer.byteLength(text),
  }),
  strictFunction({
    name: 'BIT_LENGTH',
    doc: { summary: 'The number of bits in UTF-8.', example: "BIT_LENGTH('mill')", result: '32' },
    forms: [form(INT, STRING)],
    compute: (text: string) => 8 * Buffer.byteLength(text),
  }),
  strictFunction({
    name: 'MD5',
    doc: {
      summary: 'The MD5 digest of the UTF-8 bytes, in hexadecimal digits.',
      example: "MD5('abc')",
      result: '900150983cd24fb0d6963f7d28e17f72',
    },
    forms: [form(STRING, STRING)],
    compute: digest('md5'),
  }),
  strictFunction({
    name: 'SHA256',
    doc: {
      summary: 'The SHA-256 digest of the UTF-8 bytes, in hexadecimal digits.',
      example: "SHA256('abc')",
      result: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    },
    forms: [form(STRING, STRING)],
    compute: digest('sha256'),
  }),
  strictFunction({
    name: 'TO_HEX',
    doc: { summary: 'An integer in hexadecimal digits.', example: 'TO_HEX(255)', result: 'ff' },
    forms: [form(STRING, INT), form(STRING, BIGINT)],
    compute: toHex,
  }),
];
