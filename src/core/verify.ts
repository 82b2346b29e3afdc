/** What a verification says: checks with a name, an answer and the figures behind it. */
export type Check = Readonly<{
  name: string
  ok: boolean
  /** What differs, each by itself, then the two numbers that agree or not: never a customer's data but keys. */
  parts: readonly string[]
  /** The same in one text. */
  detail: string
}>

export type Verification = Readonly<{ status: 'clean' | 'differs'; checks: readonly Check[] }>

export const checkOf = (name: string, ok: boolean, parts: readonly string[]): Check => ({
  name,
  ok,
  parts,
  detail: parts.join('; '),
})

/** What programs are told: the text alone, which they have always had. */
export const toldOf = ({ status, checks }: Verification) => ({
  status,
  checks: checks.map(({ name, ok, detail }) => ({ name, ok, detail })),
})

export const verificationOf = (checks: readonly Check[]): Verification => ({
  status: checks.every((check) => check.ok) ? 'clean' : 'differs',
  checks,
})
