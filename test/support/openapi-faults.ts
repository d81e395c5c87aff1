import { Ajv2020 } from 'ajv/dist/2020.js';
import { openApi } from '../../server/openapi/openapi.ts';
import type { Answer } from './rest-client.ts';

const api = openApi();
const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addSchema({ $id: 'api', ...api });

/** What is wrong with a real answer, by its response in the OpenAPI document. `path` as there: `/v1/views/{name}`. */
export function faultsOf(path: string, method: string, answer: Answer): unknown {
  const status = String(answer.status);
  if (!api.paths[path]?.[method.toLowerCase()]?.responses[status]) {
    return [`${method} ${path} does not describe ${status}: ${answer.text.slice(0, 500)}`];
  }
  const type = String(answer.headers['content-type'] ?? '').split(';')[0]!;
  const pointer = ['paths', path, method.toLowerCase(), 'responses', status, 'content', type, 'schema'];
  const validate = ajv.getSchema(`api#/${pointer.map(escaped).join('/')}`);
  if (!validate) return [`${method} ${path} ${status} does not describe ${type}`];
  return valuesOf(type, answer).flatMap((value) => (validate(value) ? [] : [validate.errors]));
}

function valuesOf(type: string, { text, body }: Answer): unknown[] {
  if (type !== 'application/x-ndjson') return [type.includes('json') ? body : text];
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as unknown);
}

function escaped(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}
