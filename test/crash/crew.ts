/** The processes at work in every episode: two archivers and a restorer, each behind a proxy of its own. */
import type { Policy } from '../../src/core/policy.ts'
import { type CuttingProxy, startProxy } from './proxy.ts'
import { type Role, Worker } from './worker-handle.ts'

export type Hand = Readonly<{ worker: Worker; proxy: CuttingProxy }>

export type Crew = Readonly<{
  archivers: readonly Hand[]
  restorer: Hand
  hands: readonly Hand[]
  work(url: string, policy: Policy): void
  /** Throws where a worker ended by itself. */
  rest(): Promise<void>
  end(): Promise<void>
}>

/** `port`: where the proxies send what they let pass, the server's or a pooler's. */
export async function startCrew(port: number): Promise<Crew> {
  const hire = async (role: Role, name: string) => ({ worker: new Worker(role, name), proxy: await startProxy(port) })
  const archivers = [await hire('archiver', 'archiver 1'), await hire('archiver', 'archiver 2')]
  const restorer = await hire('restorer', 'restorer')
  const hands = [...archivers, restorer]
  return {
    archivers,
    restorer,
    hands,
    work: (url, policy) => {
      for (const { worker, proxy } of hands) {
        const through = new URL(url)
        through.port = String(proxy.port)
        worker.work({ url: through.href, policy })
      }
    },
    rest: async () => {
      const rests = await Promise.allSettled(hands.map(({ worker }) => worker.rest()))
      for (const rest of rests) if (rest.status === 'rejected') throw rest.reason
    },
    end: async () => {
      for (const { worker } of hands) worker.end()
      await Promise.all(hands.map(({ proxy }) => proxy.close()))
    },
  }
}
