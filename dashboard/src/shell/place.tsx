/** Where one is: the policy that the address names, and the zone of every time. */
import { createContext, type ReactNode, useContext, useMemo, useState } from 'react'
import { useSearchParams } from 'wouter'
import { useAbout } from '../api/reads.ts'
import { ProblemView, Waiting } from '../parts/states.tsx'
import { type Times, timesIn } from '../words.ts'

export type Place = Readonly<{
  environment: string | null
  policy: string
  policies: readonly string[]
  setPolicy: (name: string) => void
  times: Times
  /** Zones to choose from, the policy's first. */
  zones: readonly string[]
  setZone: (zone: string) => void
}>

const PlaceContext = createContext<Place | null>(null)

const REMEMBERED = 'mothball.zone'

export function usePlace(): Place {
  const place = useContext(PlaceContext)
  if (place === null) throw new RangeError('a page stands within its place')
  return place
}

export function PlaceProvider({ children }: Readonly<{ children: ReactNode }>) {
  const { data, error, refetch } = useAbout()
  const [search, setSearch] = useSearchParams()
  const [chosen, setChosen] = useState(() => localStorage.getItem(REMEMBERED))
  const named = search.get('policy')
  const place = useMemo((): Place | null => {
    if (data === undefined) return null
    const policy = data.policies.find(({ name }) => name === named) ?? data.policies[0]
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone
    const zones = [...new Set([policy?.zone ?? data.zone, data.zone, own, 'UTC'])]
    const zone = chosen !== null && zones.includes(chosen) ? chosen : (zones[0] ?? 'UTC')
    return {
      environment: data.environment,
      policy: policy?.name ?? '',
      policies: data.policies.map(({ name }) => name),
      setPolicy: (name) => setSearch({ policy: name }),
      times: timesIn(zone),
      zones,
      setZone: (next) => {
        localStorage.setItem(REMEMBERED, next)
        setChosen(next)
      },
    }
  }, [data, named, chosen, setSearch])
  if (place !== null) return <PlaceContext value={place}>{children}</PlaceContext>
  return (
    <main className="lone">
      {error === null ? <Waiting what="the service" /> : <ProblemView error={error} onRetry={() => void refetch()} />}
    </main>
  )
}

/** A link within the dashboard that keeps the policy. */
export function usePath(): (path: string) => string {
  const { policy, policies } = usePlace()
  return (path) =>
    policies[0] === policy ? path : `${path}${path.includes('?') ? '&' : '?'}policy=${encodeURIComponent(policy)}`
}
