import type { RequestHandler } from 'express';

const POLICY = [
  "default-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "img-src 'self' data:",
  "object-src 'none'",
  "style-src 'self'",
  // The editor sets attributes of elements that it makes.
  "style-src-attr 'unsafe-inline'",
].join('; ');

/** The console loads nothing from elsewhere, and nobody frames it. */
export const securityHeaders: RequestHandler = (request, response, next) => {
  response.set({
    'Content-Security-Policy': POLICY,
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    ...(request.path.startsWith('/v1/') && { 'Cache-Control': 'no-store' }),
  });
  next();
};
