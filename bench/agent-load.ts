/**
 * Agents at work, in a thread of their own, so that neither a run's program nor theirs waits for the other: so many
 * actions a second on due customers and as many on others. What was acknowledged is looked for afterwards.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** `lost`: acknowledged, and not there afterwards exactly once with the value that was written. */
export type AgentsWork = Readonly<{
  acknowledged: number
  refused: number
  lost: number
  p50: number
  p99: number
  longest: number
}>

export type Agents = Readonly<{
  /** No more actions; resolves when the last one is answered and every acknowledged one was looked for. */
  done(): Promise<AgentsWork>
}>

/** `seed` says in which order they come to the customers. */
export type AgentsOrder = Readonly<{ url: string; seed: string }>

/** Resolves when they begin. Throws where they cannot. */
export async function startAgents(url: string, seed: string): Promise<Agents> {
  const workerData: AgentsOrder = { url, seed }
  const thread = new Worker(new URL('./agent-thread.ts', import.meta.url), { workerData })
  await once(thread, 'message')
  return {
    done: async () => {
      thread.postMessage('done')
      const [work]: AgentsWork[] = await once(thread, 'message')
      if (work === undefined) throw new RangeError('agents tell what they did')
      return work
    },
  }
}
