/**
 * All mutants, in the order of a batch: locks, judgement, the transaction, the way home and the proof;
 * then the homecoming, what repairs, who may do what, an erasure, and cold files.
 */

import { COLD_MUTANTS } from './cold.ts'
import { ERASURE_MUTANTS } from './erasure.ts'
import { HOMECOMING_MUTANTS } from './homecoming.ts'
import { JUDGEMENT_MUTANTS } from './judgement.ts'
import { LOCK_MUTANTS } from './locks.ts'
import type { Mutant } from './mutant.ts'
import { PROOF_MUTANTS } from './proof.ts'
import { REPAIR_MUTANTS } from './repair.ts'
import { SERVICE_MUTANTS } from './service.ts'
import { TRANSACTION_MUTANTS } from './transaction.ts'

export const MUTANTS: readonly Mutant[] = [
  ...LOCK_MUTANTS,
  ...JUDGEMENT_MUTANTS,
  ...TRANSACTION_MUTANTS,
  ...PROOF_MUTANTS,
  ...HOMECOMING_MUTANTS,
  ...REPAIR_MUTANTS,
  ...SERVICE_MUTANTS,
  ...ERASURE_MUTANTS,
  ...COLD_MUTANTS,
]
