/** A real S3 server in this process, with one empty bucket; its files go with the test. */
import type { TestContext } from 'node:test'
import S3rver from 's3rver'
import { coldFolder } from './cold.ts'

/** Those that the server knows. */
export const S3_KEYS = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' } as const

export async function s3Server(t: TestContext): Promise<Readonly<{ endpoint: string; bucket: string }>> {
  const directory = await coldFolder(t)
  const bucket = 'cold-files'
  const server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    configureBuckets: [{ name: bucket }],
  })
  const { port } = await server.run()
  t.after(() => server.close())
  return { endpoint: `http://127.0.0.1:${port}`, bucket }
}
