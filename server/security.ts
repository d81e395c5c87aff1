import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { problem, type ProblemError } from '../runtime/errors/problem.ts';
import type { UpgradeVerdict } from './websocket/attach.ts';

export interface SecurityOptions {
  /** The address that the server is bound to. */
  readonly host: string;
  /** Names besides the loopback ones under which it may be called. */
  readonly allowHosts: readonly string[];
  readonly token: string | null;
}

/** Who may call: keeps foreign web pages from driving a local server, and wants the token where one is set. */
export class Security {
  readonly #names: ReadonlySet<string>;
  readonly #tokenDigest: Buffer | null;

  constructor({ host, allowHosts, token }: SecurityOptions) {
    this.#names = new Set([host, ...allowHosts].map(bareName));
    this.#tokenDigest = token === null ? null : digest(token);
  }

  get wantsToken(): boolean {
    return this.#tokenDigest !== null;
  }

  /** What is wrong with the Host or Origin of a request or upgrade; null when nothing is. */
  check(request: IncomingMessage): ProblemError | null {
    const host = request.headers.host ?? '';
    if (!this.#isOurs(host, request.socket.localAddress)) {
      return problem(
        'FORBIDDEN_HOST',
        `this server does not answer to the host name ${JSON.stringify(host)}`,
        undefined,
        'start it with --allow-host NAME',
      );
    }
    if (!isTargetOf(host, request.url)) {
      return problem('FORBIDDEN_HOST', 'the request names another host in its target than in its Host header');
    }
    const origin = request.headers.origin;
    if (origin === undefined || isSameOrigin(origin, host)) return null;
    return problem('FORBIDDEN_ORIGIN', `pages of ${origin} may not call this server`);
  }

  /** A browser cannot send the token with the upgrade: without one the socket is let in and must send it first. */
  checkUpgrade(request: IncomingMessage): UpgradeVerdict {
    if (this.check(request) !== null) return { kind: 'refused', status: 403, reason: 'Forbidden' };
    const authorized = this.isAuthorized(request);
    if (!authorized && request.headers.authorization !== undefined) {
      return { kind: 'refused', status: 401, reason: 'Unauthorized' };
    }
    return { kind: 'accepted', authorized };
  }

  /** Whether the request carries the token, or none is wanted. */
  isAuthorized(request: IncomingMessage): boolean {
    if (!this.wantsToken) return true;
    const match = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '');
    return match !== null && this.isToken(match[1]!);
  }

  /** Takes the same time wherever the two differ. True when no token is set. */
  isToken(token: string): boolean {
    return this.#tokenDigest === null || timingSafeEqual(digest(token), this.#tokenDigest);
  }

  /** An address of this machine that the client reached us by cannot be a rebound name, so it is ours as well. */
  #isOurs(host: string, localAddress: string | undefined): boolean {
    const name = hostName(host);
    if (name === null) return false;
    return isLoopback(name) || this.#names.has(name) || (isIP(name) !== 0 && name === bareAddress(localAddress));
  }
}

/** `localhost`, `127.0.0.0/8`, `::1`; names must be without brackets. */
export function isLoopback(host: string): boolean {
  const name = bareName(host);
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

/** A target in absolute form (`GET http://host/path`) counts more than Host, so the two must say the same. */
function isTargetOf(host: string, target: string | undefined): boolean {
  return target === undefined || target.startsWith('/') || target === '*' || isSameOrigin(target, host);
}

function isSameOrigin(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host: originHost } = new URL(origin);
  if (protocol !== 'http:' && protocol !== 'https:') return false;
  const ours = `${protocol}//${host}`;
  return URL.canParse(ours) && new URL(ours).host === originHost;
}

/** The name in a Host header, in lower case, without port and brackets; null when it is none. */
function hostName(host: string): string | null {
  if (!/^[\w.:[\]-]+$/.test(host) || !URL.canParse(`http://${host}`)) return null;
  return bareName(new URL(`http://${host}`).hostname);
}

function bareName(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}

/** An IPv4 client of a socket that listens on IPv6 shows as `::ffff:a.b.c.d`. */
function bareAddress(address: string | undefined): string | undefined {
  return address?.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}
