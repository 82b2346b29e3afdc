/** All that a subject's homecoming consists of: its functions, and the triggers that call them. */
import { type GuardedTable, guardName, triggerPrefix, watchedColumns } from '../../core/homecoming.ts'
import type { Sql } from '../tag.ts'
import { bringHomeFunction, type HomecomingScope } from './bring-home.sql.ts'
import type { GeneratedFunction } from './function.sql.ts'
import { createTriggersSql, seekFunction, writeFunction } from './guard.sql.ts'

export type GeneratedTriggers = Readonly<{
  guarded: GuardedTable
  /** On insert, and on update. */
  names: readonly string[]
  /** Functions that they need beside the one that brings home; the first is the one that they call. */
  functions: readonly [write: GeneratedFunction, seek: GeneratedFunction]
  statements: readonly Sql[]
}>

export type HomecomingProgram = Readonly<{ bring: GeneratedFunction; triggers: readonly GeneratedTriggers[] }>

export function homecomingProgram(scope: HomecomingScope, guards: readonly GuardedTable[]): HomecomingProgram {
  const { subject } = scope.policy
  const names = { insert: `${triggerPrefix(subject)}insert`, update: `${triggerPrefix(subject)}update` }
  return {
    bring: bringHomeFunction(scope),
    triggers: guards.map((guarded) => ({
      guarded,
      names: [names.insert, names.update],
      functions: [writeFunction(scope, guarded), seekFunction(scope, guarded)],
      statements: createTriggersSql(names, guarded, {
        watched: watchedColumns(guarded),
        called: guardName(subject, guarded.shape.name, 'write'),
      }),
    })),
  }
}
