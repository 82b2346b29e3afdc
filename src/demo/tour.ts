/** What every chapter of the demo is given: the stage, the reader's choices and the voice. */
import type { DemoOptions } from './demo-options.ts'
import type { Narration } from './narration.ts'
import type { Stage } from './stage.ts'

export type Tour = Stage & Readonly<{ options: DemoOptions; tell: Narration }>

/** The product says one thing and plain SQL another: the demo ends with exit code 1. */
export class Disagreement extends Error {}
