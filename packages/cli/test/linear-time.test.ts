import { linearTimeLaws } from '@millrace/conformance';
import { textFunctions } from './text-functions.ts';

linearTimeLaws(textFunctions);
