import { createHash } from 'node:crypto';
import type { Content, JsonSchema, OpenApi, Operation, Parameter } from './openapi.ts';

/** The document as one page of plain HTML: no script, nothing from elsewhere. */
export function docsPage(api: OpenApi): string {
  const calls = Object.entries(api.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const links = calls.map(
    ({ path, method, operation }) =>
      `<li><a href="#${escape(operation.operationId)}"><b>${method}</b> ${escape(path)}</a></li>`,
  );
  const schemas = Object.entries(api.components.schemas);
  return [
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<title>${escape(api.info.title)}: the interface</title><style>${STYLE}</style>`,
    `<header><h1>${escape(api.info.title)}</h1><p>${escape(api.info.description)}</p>`,
    '<p><a href="/openapi.json">openapi.json</a> · <a href="/">console</a></p></header>',
    `<nav><ul>${links.join('')}</ul></nav><main>`,
    ...calls.map(({ path, method, operation }) => operationHtml(path, method, operation)),
    '<h2>Shapes</h2>',
    ...schemas.map(
      ([name, schema]) => `<section id="shape-${escape(name)}"><h3>${escape(name)}</h3>${shapeHtml(schema)}</section>`,
    ),
    '</main></html>',
  ].join('\n');
}

/** The page's only style is its own. */
export function docsPolicy(): string {
  const hash = createHash('sha256').update(STYLE, 'utf8').digest('base64');
  return `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; frame-ancestors 'none'`;
}

const STYLE = [
  ':root{color-scheme:light dark}',
  'body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:0 auto;padding:1rem}',
  'nav ul{columns:2;list-style:none;padding:0}',
  'section{border-top:1px solid #8886;padding:.5rem 0}',
  'h3{margin:.5rem 0;font-size:1.05rem}',
  'code,pre{font:13px/1.45 ui-monospace,monospace}',
  'pre{overflow-x:auto;background:#8881;padding:.6rem;border-radius:4px}',
  'table{border-collapse:collapse}td,th{text-align:left;vertical-align:top;padding:.15rem .8rem .15rem 0}',
].join('');

function operationHtml(path: string, method: string, operation: Operation): string {
  const { operationId, summary, parameters, requestBody, responses } = operation;
  const answers = Object.entries(responses).map(
    ([status, { description, content }]) =>
      `<tr><th>${escape(status)}<td>${escape(description)}<td>${contentHtml(content ?? {})}`,
  );
  return [
    `<section id="${escape(operationId)}"><h3><code>${method} ${escape(path)}</code></h3><p>${escape(summary)}</p>`,
    parameters.length === 0 ? '' : `<table>${parameters.map(parameterHtml).join('')}</table>`,
    requestBody ? `<p>Body${requestBody.required ? '' : ' (optional)'}:</p>${contentHtml(requestBody.content)}` : '',
    `<table>${answers.join('')}</table></section>`,
  ].join('\n');
}

function parameterHtml({ name, in: place, description, schema }: Parameter): string {
  return `<tr><td>${place}<th><code>${escape(name)}</code><td>${shapeHtml(schema)}<td>${escape(description ?? '')}`;
}

function contentHtml(content: Content): string {
  return Object.entries(content)
    .map(([type, { schema }]) => `<code>${escape(type)}</code> ${shapeHtml(schema)}`)
    .join('<br>');
}

/** Short shapes stand in the line, objects of several members in a block. */
function shapeHtml(schema: JsonSchema): string {
  const text = shapeOf(schema, '');
  return text.includes('\n') ? `<pre>${text}</pre>` : `<code>${text}</code>`;
}

/** A schema as somebody would write it down; text is escaped, references are links. */
function shapeOf(schema: JsonSchema, indent: string): string {
  const { $ref, enum: words, const: word, anyOf, oneOf, type, items, properties } = schema;
  if (typeof $ref === 'string') {
    const name = escape($ref.split('/').at(-1)!);
    return `<a href="#shape-${name}">${name}</a>`;
  }
  if (Array.isArray(words)) return words.map((each) => escape(JSON.stringify(each))).join(' | ');
  if (word !== undefined) return escape(JSON.stringify(word));
  const choices = anyOf ?? oneOf;
  if (Array.isArray(choices)) return choices.map((each) => shapeOf(each as JsonSchema, indent)).join(' | ');
  if (type === 'array') return `[${shapeOf((items ?? {}) as JsonSchema, indent)}, ...]`;
  if (type !== 'object') return typeof type === 'string' ? type : 'any';
  return objectShape((properties ?? {}) as Record<string, JsonSchema>, (schema.required ?? []) as string[], indent);
}

function objectShape(
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[],
  indent: string,
): string {
  const inner = `${indent}  `;
  const members = Object.entries(properties).map(([name, schema]) => {
    const note = typeof schema['description'] === 'string' ? `  // ${escape(schema['description'])}` : '';
    return `${inner}${escape(name)}${required.includes(name) ? '' : '?'}: ${shapeOf(schema, inner)}${note}`;
  });
  return members.length === 0 ? '{...}' : `{\n${members.join('\n')}\n${indent}}`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
