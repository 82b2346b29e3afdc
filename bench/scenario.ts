/** What a scenario is given, and what it hands back. */
import type { Arena } from './arena.ts'
import type { Options } from './options.ts'
import type { Report } from './report.ts'

export type Stage = Readonly<{ arena: Arena; options: Options; say: (text: string) => void }>

export type Scenario = Readonly<{ name: string; about: string; run: (stage: Stage) => Promise<Report> }>
