import { DOUBLE } from '../../types/data-type.ts';
import type { ScalarFunction } from '../scalar-function.ts';
import { doubleFunction } from './mathematics.ts';
import { form, invalidArgument, strictFunction } from './strict-function.ts';

/** The angle functions have no value at infinity. */
function ofAngle(compute: (angle: number) => number): (angle: number) => number {
  return (angle) => {
    if (Math.abs(angle) === Infinity) throw invalidArgument('an infinite angle');
    return compute(angle);
  };
}

function ofRatio(compute: (ratio: number) => number): (ratio: number) => number {
  return (ratio) => {
    if (Math.abs(ratio) > 1) throw invalidArgument('the argument must lie between -1 and 1');
    return compute(ratio);
  };
}

/** Angles are in radians. */
export const trigonometry: readonly ScalarFunction[] = [
  strictFunction({
    name: 'PI',
    doc: { summary: 'The number pi.', example: 'PI()', result: '3.141592653589793' },
    forms: [form(DOUBLE)],
    compute: () => Math.PI,
  }),
  doubleFunction('SIN', 1, ofAngle(Math.sin), { summary: 'The sine.', example: 'SIN(0)', result: '0' }),
  doubleFunction('COS', 1, ofAngle(Math.cos), { summary: 'The cosine.', example: 'COS(0)', result: '1' }),
  doubleFunction('TAN', 1, ofAngle(Math.tan), { summary: 'The tangent.', example: 'TAN(0)', result: '0' }),
  doubleFunction('ASIN', 1, ofRatio(Math.asin), { summary: 'The inverse sine.', example: 'ASIN(0)', result: '0' }),
  doubleFunction('ACOS', 1, ofRatio(Math.acos), { summary: 'The inverse cosine.', example: 'ACOS(1)', result: '0' }),
  doubleFunction('ATAN', 1, Math.atan, { summary: 'The inverse tangent.', example: 'ATAN(0)', result: '0' }),
  doubleFunction('ATAN2', 2, Math.atan2, {
    summary: 'The angle of the point (second, first).',
    example: 'ATAN2(0, 1)',
    result: '0',
  }),
  doubleFunction('DEGREES', 1, (angle) => (angle / Math.PI) * 180, {
    summary: 'Radians as degrees.',
    example: 'DEGREES(PI())',
    result: '180',
  }),
  doubleFunction('RADIANS', 1, (angle) => (angle / 180) * Math.PI, {
    summary: 'Degrees as radians.',
    example: 'RADIANS(180)',
    result: '3.141592653589793',
  }),
];
