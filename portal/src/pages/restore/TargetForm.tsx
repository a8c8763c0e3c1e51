import { Checkbox, Field, Input, Radio, RadioGroup, Switch } from '@fluentui/react-components'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { PointView } from '../../generated/api'
import { size, time } from '../../parts/format'
import type { Target } from './target'

export function TargetForm({ point, target, onChange }: { point: PointView; target: Target; onChange: (target: Target) => void }): ReactElement {
  const { t } = useTranslation()
  const set = (change: Partial<Target>) => onChange({ ...target, ...change })
  const setDisk = (disk: string, change: { wanted?: boolean; path?: string }) =>
    set({ disks: target.disks.map(d => (d.disk === disk ? { ...d, ...change } : d)) })
  return (
    <div className="form">
      <p>{t('restore.point-of', { vm: point.vm, time: time(point.taken) })}</p>
      <Field label={t('restore.way')}>
        <RadioGroup value={target.way} onChange={(_, d) => set({ way: d.value as Target['way'] })}>
          <Radio value="new-vm" label={t('restore.new-vm')} />
          <Radio value="in-place" label={t('restore.in-place')} />
          <Radio value="disks" label={t('restore.disks')} />
        </RadioGroup>
      </Field>
      {target.way === 'new-vm' ? (
        <>
          <Field label={t('restore.name')} required><Input value={target.name} onChange={(_, d) => set({ name: d.value })} /></Field>
          <Field label={t('restore.folder')} hint={t('restore.folder-hint')} required>
            <Input value={target.folder} placeholder="/var/lib/libvirt/images" onChange={(_, d) => set({ folder: d.value })} />
          </Field>
          <Switch label={t('restore.connected')} checked={target.connected} onChange={(_, d) => set({ connected: d.checked })} />
        </>
      ) : null}
      {target.way === 'in-place' ? <Switch label={t('restore.keep-old')} checked={target.keepOld} onChange={(_, d) => set({ keepOld: d.checked })} /> : null}
      {target.way === 'disks' ? point.disks.map((d, i) => {
        const choice = target.disks[i]
        return choice ? (
          <div key={d.name}>
            <Checkbox label={t('restore.disk', { disk: d.name, size: size(d.sizeBytes) })} checked={choice.wanted} onChange={(_, c) => setDisk(d.name, { wanted: c.checked === true })} />
            {choice.wanted ? (
              <Field label={t('restore.path', { disk: d.name })} hint={t('restore.path-hint')} required>
                <Input value={choice.path} onChange={(_, c) => setDisk(d.name, { path: c.value })} />
              </Field>
            ) : null}
          </div>
        ) : null
      }) : <Switch label={t('restore.start-vm')} checked={target.start} onChange={(_, d) => set({ start: d.checked })} />}
    </div>
  )
}
