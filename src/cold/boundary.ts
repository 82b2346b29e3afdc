/** Places between two operations on files where a test may want to stand; outside tests nothing happens there. */
export type FilePoint = 'file-written' | 'file-flushed' | 'file-named' | 'folder-flushed' | 'file-read-back'

export type FileBoundary = (point: FilePoint) => Promise<void>

export const NO_BOUNDARY: FileBoundary = () => Promise.resolve()
