import { assert } from '../errors/assert.ts';
import { type Code, type Token, unsigned } from './instructions.ts';

const TYPES = { i32: 0x7f, i64: 0x7e, f64: 0x7c, v128: 0x7b } as const;

export type ValueType = keyof typeof TYPES;

export interface FunctionType {
  readonly parameters: readonly ValueType[];
  readonly result: ValueType | null;
}

/** One function, its memory and what it calls given from outside. */
export interface ModuleSource {
  /** What it may call. */
  readonly imports: Readonly<Record<string, FunctionType>>;
  readonly parameters: Readonly<Record<string, ValueType>>;
  readonly locals: Readonly<Record<string, ValueType>>;
  readonly result: ValueType;
  readonly body: Code;
}

const SECTION = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const;
const FUNCTION = 0x60;
const IS_FUNCTION = 0;
const IS_MEMORY = 2;
const END = 0x0b;

/** The bytes of a module that imports `env.memory` and the functions named, and exports `run`. */
export function encodeModule(source: ModuleSource): Uint8Array<ArrayBuffer> {
  const { imports, parameters, result, locals, body } = source;
  const own: FunctionType = { parameters: Object.values(parameters), result };
  const functions = Object.entries(imports);
  return Buffer.concat([
    Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]),
    section(SECTION.type, vector([...functions.map(([, type]) => type), own].map(functionType))),
    section(
      SECTION.import,
      vector([
        Buffer.from([...text('env'), ...text('memory'), IS_MEMORY, 0, 0]),
        ...functions.map(([name], at) => Buffer.from([...text('env'), ...text(name), IS_FUNCTION, ...unsigned(at)])),
      ]),
    ),
    section(SECTION.function, vector([Buffer.from(unsigned(functions.length))])),
    section(SECTION.export, vector([Buffer.from([...text('run'), IS_FUNCTION, ...unsigned(functions.length)])])),
    section(SECTION.code, vector([sized(Buffer.concat([localTypes(locals), resolved(body, source)]))])),
  ]);
}

function functionType({ parameters, result }: FunctionType): Buffer {
  const types = (all: readonly ValueType[]): Buffer => vector(all.map((type) => Buffer.from([TYPES[type]])));
  return Buffer.concat([Buffer.from([FUNCTION]), types(parameters), types(result === null ? [] : [result])]);
}

function localTypes(locals: ModuleSource['locals']): Buffer {
  return vector(Object.values(locals).map((type) => Buffer.from([1, TYPES[type]])));
}

/** Names become numbers: of a label, how many others are open within it. */
function resolved(body: Code, { imports, parameters, locals }: ModuleSource): Buffer {
  const places = new Map([...Object.keys(parameters), ...Object.keys(locals)].map((name, index) => [name, index]));
  const callees = Object.keys(imports);
  const open: string[] = [];
  const bytes: number[] = [];
  const write = (token: Token | Code): void => {
    if (typeof token === 'number') bytes.push(token);
    else if (isCode(token)) for (const each of token) write(each);
    else if (typeof token === 'string') bytes.push(known(places.get(token), token));
    else if ('enter' in token) open.push(token.enter);
    else if ('leave' in token) open.pop();
    else if ('label' in token) bytes.push(open.length - 1 - known(open.lastIndexOf(token.label), token.label));
    else bytes.push(known(callees.indexOf(token.callee), token.callee));
  };
  write(body);
  bytes.push(END);
  return Buffer.from(bytes);
}

function isCode(token: Token | Code): token is Code {
  return Array.isArray(token);
}

/** One byte: so few names there are. */
function known(place: number | undefined, name: string): number {
  assert(place !== undefined && place >= 0 && place < 128, `nothing is called ${name}`);
  return place;
}

function section(id: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([id]), sized(content)]);
}

function sized(content: Buffer): Buffer {
  return Buffer.concat([Buffer.from(unsigned(content.length)), content]);
}

function vector(items: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.from(unsigned(items.length)), ...items]);
}

function text(name: string): Buffer {
  return sized(Buffer.from(name, 'utf8'));
}
