import { testScripts } from './support/test-scripts.ts';

testScripts('even');
