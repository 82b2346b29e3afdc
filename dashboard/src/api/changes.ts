/** Everything that the pages change. Afterwards whatever is on the screen is read anew: the server's word counts. */
import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query'
import type {
  CloseBody,
  ControlResult,
  ErasureRequest,
  Hold,
  HoldBody,
  KeyBody,
  LegalBasis,
  NewKey,
  PreviewBody,
  Purge,
  RequestBody,
  RestoreBody,
  RestorePreview,
  RestoreResult,
  Retried,
  RetryBody,
  RevealBody,
  Revealed,
  SignOff,
  SignOffBody,
  Stage,
  StageBody,
  StartBody,
  StartedRun,
  StartedWork,
  TestedChannel,
} from './contract.ts'
import { change, once } from './request.ts'

function useChange<Input, Answer>(act: (input: Input) => Promise<Answer>): UseMutationResult<Answer, Error, Input> {
  const queries = useQueryClient()
  return useMutation({ mutationFn: act, onSettled: () => queries.invalidateQueries() })
}

export const useStartRun = () =>
  useChange((body: StartBody) => change<StartedRun>('/api/v1/runs', body, { headers: once() }))

export type Verb = 'pause' | 'resume' | 'stop'

export const useControlRun = (policy: string, run: number) =>
  useChange((verb: Verb) =>
    change<ControlResult>(`/api/v1/runs/${run}/${verb}`, {}, { query: { policy }, headers: once() }),
  )

export const useUndoRun = (policy: string, run: number) =>
  useChange((body: Readonly<{ reason: string }>) =>
    change<RestoreResult>(`/api/v1/runs/${run}/undo`, body, { query: { policy }, headers: once() }),
  )

export const useRetryFailures = () =>
  useChange((body: RetryBody) => change<Retried>('/api/v1/failures/retry', body, { headers: once() }))

/** Writes nothing, and is asked anew each time that somebody looks. */
export const usePreviewRestore = () =>
  useMutation({ mutationFn: (body: PreviewBody) => change<RestorePreview>('/api/v1/restores/preview', body) })

export const useRestore = () =>
  useChange((body: RestoreBody) => change<RestoreResult>('/api/v1/restores', body, { headers: once() }))

/** Kept nowhere: not even among what the pages have read. */
export const useReveal = (policy: string, key: string) =>
  useMutation({
    mutationFn: (body: RevealBody) =>
      change<Revealed>(`/api/v1/customers/${encodeURIComponent(key)}/reveal`, body, { query: { policy } }),
    gcTime: 0,
  })

export const useSetHold = () => useChange((body: HoldBody) => change<Hold>('/api/v1/holds', body, { headers: once() }))

export const useReleaseHold = (policy: string) =>
  useChange(({ id, reason }: Readonly<{ id: number; reason: string }>) =>
    change<Hold>(`/api/v1/holds/${id}/release`, { reason }, { query: { policy }, headers: once() }),
  )

export const useSetStage = (policy: string) =>
  useChange(({ etag, ...body }: StageBody & Readonly<{ etag: string }>) =>
    change<Stage>(`/api/v1/policies/${policy}/stage`, body, { method: 'PUT', headers: { 'if-match': etag } }),
  )

export const useGiveSignOff = () =>
  useChange((body: SignOffBody) => change<SignOff>('/api/v1/sign-offs', body, { headers: once() }))

export const useWithdrawSignOff = (policy: string) =>
  useChange(({ id, reason }: Readonly<{ id: number; reason: string }>) =>
    change<SignOff>(`/api/v1/sign-offs/${id}/withdraw`, { reason }, { query: { policy }, headers: once() }),
  )

/** Sends a message to people, each time it is asked. */
export const useTestChannel = () =>
  useMutation({
    mutationFn: (name: string) => change<TestedChannel>(`/api/v1/channels/${encodeURIComponent(name)}/test`, {}),
  })

export const useCreateKey = () => useChange((body: KeyBody) => change<NewKey>('/api/v1/keys', body))

export const useRevokeKey = () =>
  useChange((id: number) => change<unknown>(`/api/v1/keys/${id}/revoke`, {}, { headers: once() }))

export const useRequestErasure = () =>
  useChange((body: RequestBody) => change<ErasureRequest>('/api/v1/erasures/requests', body, { headers: once() }))

export const useCloseRequest = () =>
  useChange((body: CloseBody) => change<ErasureRequest>('/api/v1/erasures/requests/close', body, { headers: once() }))

export const useRecordBasis = (policy: string) =>
  useChange((body: Readonly<{ basis: string }>) =>
    change<LegalBasis>(`/api/v1/policies/${policy}/retention/basis`, body, { headers: once() }),
  )

export const useWithdrawBasis = (policy: string) =>
  useChange((body: Readonly<{ reason: string }>) =>
    change<LegalBasis>(`/api/v1/policies/${policy}/retention/basis/withdraw`, body, { headers: once() }),
  )

export const useStartExport = (policy: string) =>
  useChange((body: Readonly<{ reason: string }>) =>
    change<StartedWork>(`/api/v1/policies/${policy}/exports`, body, { headers: once() }),
  )

export const usePlanPurge = (policy: string) =>
  useChange((body: Readonly<{ reason: string }>) =>
    change<Purge>(`/api/v1/policies/${policy}/purges`, body, { headers: once() }),
  )

export const useRunPurge = (policy: string) =>
  useChange(({ id, confirm }: Readonly<{ id: number; confirm: number }>) =>
    change<StartedWork>(`/api/v1/policies/${policy}/purges/${id}/run`, { confirm }, { headers: once() }),
  )
