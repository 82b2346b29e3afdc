/** Everything that the pages read, each under its own key, so that a change can renew what it touched. */
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type {
  About,
  Audit,
  AuditVerification,
  Channels,
  ColdSets,
  Customer,
  Customers,
  Diagnosis,
  ErasureRequests,
  Erasures,
  ExportDue,
  Holds,
  Keys,
  Notices,
  Plan,
  PlanBody,
  Policies,
  Purges,
  Retention,
  RunDetail,
  Runs,
  Sample,
  SignOffs,
  Slots,
  Stage,
  Statistics,
  Verification,
  Why,
} from './contract.ts'
import { every } from './pace.ts'
import { change, get, getTagged } from './request.ts'

/** Often enough for a wall; each is one indexed look into the journal. */
const LOOK_EVERY_MS = 10_000

/** Counts every family in cold files. */
const COUNT_EVERY_MS = 60_000
/** Work that somebody waits for. */
const FOLLOW_EVERY_MS = 2_000

export const useAbout = () =>
  useQuery({ queryKey: ['about'], queryFn: () => get<About>('/api/v1/about'), staleTime: Number.POSITIVE_INFINITY })

export const useStatistics = (policy: string, days: number) =>
  useQuery({
    queryKey: ['statistics', policy, days],
    queryFn: () => get<Statistics>('/api/v1/statistics', { policy, days }),
    placeholderData: keepPreviousData,
    refetchInterval: every(LOOK_EVERY_MS),
  })

export const useSlots = (policy: string) =>
  useQuery({
    queryKey: ['slots', policy],
    queryFn: () => get<Slots>('/api/v1/slots', { policy, limit: 60 }),
    refetchInterval: every(LOOK_EVERY_MS),
  })

export const useRuns = (policy: string) =>
  useInfiniteQuery({
    queryKey: ['runs', policy],
    queryFn: ({ pageParam }) => get<Runs>('/api/v1/runs', { policy, limit: 100, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    refetchInterval: every(LOOK_EVERY_MS),
  })

export const useRun = (policy: string, run: number) =>
  useQuery({
    queryKey: ['run', policy, run],
    queryFn: () => get<RunDetail>(`/api/v1/runs/${run}`, { policy }),
  })

/** Of now: a run elsewhere may have moved those whom it counted. It reads every customer, so no window's focus asks for it. */
export const usePlan = (body: PlanBody, enabled = true) =>
  useQuery({
    queryKey: ['plan', body],
    queryFn: () => change<Plan>('/api/v1/plans', body),
    enabled,
    staleTime: 0,
    refetchOnWindowFocus: false,
  })

/** `rule` null: who would move. */
export const useSample = (policy: string, rule: string | null) =>
  useQuery({
    queryKey: ['customers', 'sample', policy, rule],
    queryFn: () => get<Sample>('/api/v1/samples', { policy, rule: rule ?? undefined }),
    gcTime: 60_000,
  })

export const useSignOffs = (policy: string) =>
  useQuery({ queryKey: ['sign-offs', policy], queryFn: () => get<SignOffs>('/api/v1/sign-offs', { policy }) })

export const usePolicies = () =>
  useQuery({ queryKey: ['policies'], queryFn: () => get<Policies>('/api/v1/policies'), staleTime: 60_000 })

export const useStage = (policy: string) =>
  useQuery({ queryKey: ['stage', policy], queryFn: () => getTagged<Stage>(`/api/v1/policies/${policy}/stage`) })

/** Numbers and addresses go in the body: they stand in no address and no log. */
export const useSearch = (policy: string, text: string) =>
  useQuery({
    queryKey: ['customers', 'search', policy, text],
    queryFn: () => change<Customers>('/api/v1/customers/search', { policy, text }),
    enabled: text.trim() !== '',
    gcTime: 60_000,
  })

export const useCustomer = (policy: string, key: string) =>
  useQuery({
    queryKey: ['customers', 'one', policy, key],
    queryFn: () => get<Customer>(`/api/v1/customers/${encodeURIComponent(key)}`, { policy }),
  })

export const useWhy = (policy: string, key: string) =>
  useQuery({
    queryKey: ['customers', 'why', policy, key],
    queryFn: () => get<Why>(`/api/v1/customers/${encodeURIComponent(key)}/why`, { policy }),
  })

export const useHolds = (policy: string, all: boolean) =>
  useQuery({
    queryKey: ['holds', policy, all],
    queryFn: () => get<Holds>('/api/v1/holds', { policy, all: String(all), limit: 500 }),
  })

export const useErasures = (policy: string) =>
  useQuery({ queryKey: ['erasures', policy], queryFn: () => get<Erasures>('/api/v1/erasures', { policy, limit: 200 }) })

export const useErasureRequests = (policy: string, all: boolean) =>
  useQuery({
    queryKey: ['erasures', 'requests', policy, all],
    queryFn: () => get<ErasureRequests>('/api/v1/erasures/requests', { policy, all: String(all) }),
  })

/** Counts in the journal; they change with exports, purges, holds and the calendar. */
export const useRetention = (policy: string) =>
  useQuery({
    queryKey: ['retention', policy],
    queryFn: () => get<Retention>(`/api/v1/policies/${policy}/retention`),
    staleTime: COUNT_EVERY_MS,
    refetchInterval: every(COUNT_EVERY_MS),
  })

export const useColdSets = (policy: string, enabled: boolean) =>
  useQuery({
    queryKey: ['exports', policy],
    queryFn: () => get<ColdSets>(`/api/v1/policies/${policy}/exports`, { limit: 100 }),
    enabled,
    refetchInterval: every(LOOK_EVERY_MS),
  })

/** Reads the archive, so only where it is shown. */
export const useExportDue = (policy: string, enabled: boolean) =>
  useQuery({
    queryKey: ['exports', 'due', policy],
    queryFn: () => get<ExportDue>(`/api/v1/policies/${policy}/exports/due`),
    enabled,
    staleTime: 60_000,
  })

/** Looked at again and again while one of them goes on. */
export const usePurges = (policy: string, enabled: boolean) =>
  useQuery({
    queryKey: ['purges', policy],
    queryFn: () => get<Purges>(`/api/v1/policies/${policy}/purges`, { limit: 100 }),
    enabled,
    refetchInterval: (query) =>
      every(query.state.data?.purges.some(({ state }) => state === 'running') ? FOLLOW_EVERY_MS : false)(query),
  })

/** Reads everything that was ever moved, so only on request. */
export const useVerification = (policy: string) =>
  useQuery({
    queryKey: ['verification', policy],
    queryFn: () => change<Verification>('/api/v1/verifications', { policy }),
    enabled: false,
    staleTime: Number.POSITIVE_INFINITY,
  })

export const useAudit = () =>
  useInfiniteQuery({
    queryKey: ['audit'],
    queryFn: ({ pageParam }) => get<Audit>('/api/v1/audit', { limit: 100, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
  })

export const useAuditVerification = () =>
  useQuery({
    queryKey: ['audit', 'verification'],
    queryFn: () => get<AuditVerification>('/api/v1/audit/verify'),
    enabled: false,
  })

export const useKeys = (enabled: boolean) =>
  useQuery({ queryKey: ['keys'], queryFn: () => get<Keys>('/api/v1/keys'), enabled })

export const useNotices = (policy: string) =>
  useQuery({ queryKey: ['notices', policy], queryFn: () => get<Notices>('/api/v1/notices', { policy, limit: 20 }) })

export const useChannels = () => useQuery({ queryKey: ['channels'], queryFn: () => get<Channels>('/api/v1/channels') })

export const useDiagnosis = (policy: string) =>
  useQuery({ queryKey: ['diagnosis', policy], queryFn: () => get<Diagnosis>('/api/v1/diagnosis', { policy }) })
