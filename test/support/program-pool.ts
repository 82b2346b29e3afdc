/** Processes that have the command line loaded already: as many as are asked at once, and each is used again. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export type Order = Readonly<{ words: readonly string[]; folder: string; env: Readonly<Record<string, string>> }>

export type Report = Readonly<{ code: number; stdout: string; stderr: string }>

const HOST = fileURLToPath(new URL('./program-host.ts', import.meta.url))

const idle: ChildProcess[] = []

function startHost(): ChildProcess {
  const host = fork(HOST, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  process.once('exit', () => host.kill('SIGKILL'))
  return host
}

/** Only one that is at work keeps the test's process from its end. */
function hold(host: ChildProcess, isAtWork: boolean): void {
  const verb = isAtWork ? 'ref' : 'unref'
  host[verb]()
  host.channel?.[verb]()
}

/** One call to its end. Throws where the process ended instead. */
export async function call(order: Order): Promise<Report> {
  const host = idle.pop() ?? startHost()
  hold(host, true)
  const answer = new AbortController()
  const { signal } = answer
  const gone = once(host, 'exit', { signal }).then(([code, by]) => {
    throw new Error(`the program ended by itself (${by ?? code}): ${order.words.join(' ')}`)
  })
  const answered = once(host, 'message', { signal })
  host.send(order)
  try {
    const [report] = await Promise.race([answered, gone])
    idle.push(host)
    return report
  } finally {
    // The one of the two that did not happen is forgotten.
    gone.catch(() => undefined)
    answered.catch(() => undefined)
    answer.abort()
    hold(host, false)
  }
}
