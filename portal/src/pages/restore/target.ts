import type { PointView, RestoreRequest } from '../../generated/api'

export interface DiskChoice {
  disk: string
  wanted: boolean
  path: string
}

/** Where a restore goes, as it is being filled in. */
export interface Target {
  way: 'new-vm' | 'in-place' | 'disks'
  name: string
  folder: string
  connected: boolean
  start: boolean
  keepOld: boolean
  disks: DiskChoice[]
}

/** What does least harm: a new VM, without network, not started. */
export function firstTarget(point: PointView): Target {
  return {
    way: 'new-vm', name: `${point.vm}-restored`, folder: '', connected: false, start: false, keepOld: true,
    disks: point.disks.map(d => ({ disk: d.name, wanted: false, path: '' })),
  }
}

export function isWhole(target: Target): boolean {
  switch (target.way) {
    case 'new-vm': return target.name.trim() !== '' && target.folder.startsWith('/')
    case 'in-place': return true
    case 'disks': return target.disks.some(d => d.wanted) && target.disks.every(d => !d.wanted || d.path.startsWith('/'))
  }
}

export function requestOf(point: PointView, target: Target): RestoreRequest {
  switch (target.way) {
    case 'new-vm':
      return { point: point.id, newVm: { name: target.name.trim(), folder: target.folder.trim(), connected: target.connected, start: target.start } }
    case 'in-place':
      return { point: point.id, inPlace: { confirm: point.vm, keepOld: target.keepOld, start: target.start } }
    case 'disks':
      return { point: point.id, disks: target.disks.filter(d => d.wanted).map(d => ({ disk: d.disk, path: d.path.trim(), overwrite: false })) }
  }
}
