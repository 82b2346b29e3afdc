/** What a verification says: checks with a name, an answer and the figures behind it. */
export type Check = Readonly<{
  name: string
  ok: boolean
  /** The two numbers that agree or not, and what is named: never a customer's data but keys. */
  detail: string
}>

export type Verification = Readonly<{ status: 'clean' | 'differs'; checks: readonly Check[] }>

export const verificationOf = (checks: readonly Check[]): Verification => ({
  status: checks.every((check) => check.ok) ? 'clean' : 'differs',
  checks,
})
