/** Who may do what over HTTP. One table: a door asks it, and nothing else decides. At the command line the machine does. */

export const ROLES = ['viewer', 'operator', 'compliance', 'admin'] as const

export type Role = (typeof ROLES)[number]

/**
 * `release`: to end a hold, which somebody else may have set for the law's sake. `erase`: to plan one, and see receipts
 * and requests, too. `purge`: to record by what right, to plan, and to carry out what somebody else has planned. `sign`: to
 * give one's word for an item of the rollout.
 */
export type Right =
  | 'read'
  | 'run'
  | 'restore'
  | 'retry'
  | 'hold'
  | 'release'
  | 'reveal'
  | 'audit'
  | 'stage'
  | 'erase'
  | 'export'
  | 'purge'
  | 'keys'
  | 'sign'
  | 'notify'

const RIGHTS: Readonly<Record<Right, readonly Role[]>> = {
  read: ['viewer', 'operator', 'compliance', 'admin'],
  run: ['operator', 'admin'],
  restore: ['operator', 'admin'],
  retry: ['operator', 'admin'],
  hold: ['operator', 'compliance', 'admin'],
  release: ['compliance', 'admin'],
  reveal: ['operator', 'compliance', 'admin'],
  audit: ['compliance', 'admin'],
  stage: ['admin'],
  erase: ['compliance', 'admin'],
  export: ['compliance', 'admin'],
  purge: ['compliance', 'admin'],
  keys: ['admin'],
  notify: ['admin'],
  sign: ['operator', 'compliance', 'admin'],
}

export const mayDo = (role: Role, right: Right): boolean => RIGHTS[right].includes(role)

/** The roles that have a right, for the answer to somebody who has not. */
export const rolesWith = (right: Right): readonly Role[] => RIGHTS[right]
