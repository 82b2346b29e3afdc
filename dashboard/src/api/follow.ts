/** A run as it goes on: the server's events put into the cache under the run's own key, until it has ended. */
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { Run, RunDetail } from './contract.ts'
import { API_BASE } from './request.ts'

/** Done per second over what was seen of it; null before two looks. */
export type Pace = Readonly<{ perSecond: number | null }>

type Look = Readonly<{ at: number; done: number }>

const doneOf = (run: Run): number => run.archived + run.restored + run.failed

/** False, too, where the stream broke: then the page says so, and the browser connects again by itself. */
export function useFollowedRun(policy: string, run: number, isGoing: boolean): Pace & Readonly<{ connected: boolean }> {
  const queries = useQueryClient()
  const [connected, setConnected] = useState(true)
  const [looks, setLooks] = useState<readonly [Look, Look] | null>(null)
  useEffect(() => {
    if (!isGoing) return
    const source = new EventSource(`${API_BASE}/api/v1/runs/${run}/events?${new URLSearchParams({ policy })}`)
    const hear = ({ data }: MessageEvent<string>) => {
      const record: Run = JSON.parse(data)
      queries.setQueryData<RunDetail>(['run', policy, run], (old) => old && { ...old, run: record })
      const look = { at: performance.now(), done: doneOf(record) }
      setLooks((old) => [old?.[0] ?? look, look])
    }
    const end = (event: MessageEvent<string>) => {
      hear(event)
      source.close()
      void queries.invalidateQueries()
    }
    source.addEventListener('run', hear)
    source.addEventListener('end', end)
    source.onopen = () => setConnected(true)
    source.onerror = () => setConnected(false)
    return () => source.close()
  }, [queries, policy, run, isGoing])
  return { connected, perSecond: paceOf(looks) }
}

function paceOf(looks: readonly [Look, Look] | null): number | null {
  if (looks === null) return null
  const [first, last] = looks
  const seconds = (last.at - first.at) / 1000
  return seconds < 0.5 || last.done === first.done ? null : (last.done - first.done) / seconds
}
