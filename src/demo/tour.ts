/** What every chapter of the demo is given: the stage, the reader's choices and the voice. */
import type { DemoOptions } from './demo-options.ts'
import type { Narration } from './narration.ts'
import type { Stage } from './stage.ts'

export type Tour = Stage & Readonly<{ options: DemoOptions; tell: Narration; signal: AbortSignal }>

/** Product and plain SQL do not say the same: the demo ends with exit code 1. */
export class Disagreement extends Error {}

export const number = (count: number): string => count.toLocaleString('en-US')
