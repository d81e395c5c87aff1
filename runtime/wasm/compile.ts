import { v128 } from './instructions.ts';
import { encodeModule, type ModuleSource } from './module.ts';

const PAGE_BYTES = 65_536;

/** Of the JavaScript interface of WebAssembly what is used here; the types of Node do not have it. */
interface WebAssemblyApi {
  readonly Memory: new (limits: { readonly initial: number }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object, imports: { readonly env: object }) => Instance;
  validate(bytes: Uint8Array<ArrayBuffer>): boolean;
}

interface Instance {
  readonly exports: { readonly run: (...args: readonly number[]) => number };
}

/** Memory of 64 KB pages. `grow` makes `buffer` another one. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

const { WebAssembly: api } = globalThis as unknown as { readonly WebAssembly?: WebAssemblyApi };

/** Whether this machine runs code with vectors: a few old processors do not. */
export const canCompile: boolean =
  api?.validate(
    encodeModule({ imports: {}, parameters: {}, locals: {}, result: 'i32', body: v128.topBits(v128.splat(0)) }),
  ) ?? false;

export function newMemory(bytes: number): WasmMemory {
  return new api!.Memory({ initial: pagesOf(bytes) });
}

export function pagesOf(bytes: number): number {
  return Math.ceil(bytes / PAGE_BYTES);
}

/** The function of the module. `imports`: the functions that it calls, by name. */
export function compileModule(
  source: ModuleSource,
  memory: WasmMemory,
  imports: Readonly<Record<string, (...args: number[]) => number>>,
): (...args: readonly number[]) => number {
  const module = new api!.Module(encodeModule(source));
  return new api!.Instance(module, { env: { memory, ...imports } }).exports.run;
}
