/** What a plan has to say about the database: a refusal stops every live run, a warning does not. */
export type Finding = Readonly<{
  /** Stable, for programs: `no_key`, `unnamed_relation`, ... */
  code: string
  /** The table, column, trigger or constraint it is about. */
  object: string
  /** What is wrong, in lower case. */
  message: string
  /** What to do about it; where a statement mends it, the statement. */
  hint: string
}>

export type Findings = Readonly<{ refusals: readonly Finding[]; warnings: readonly Finding[] }>

export const NO_FINDINGS: Findings = { refusals: [], warnings: [] }

export const mergeFindings = (...all: readonly Findings[]): Findings => ({
  refusals: all.flatMap((each) => each.refusals),
  warnings: all.flatMap((each) => each.warnings),
})
