import { Button, Combobox, Field, Option } from '@fluentui/react-components'
import { useState, type ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { ask } from '../../api/client'
import { useAsk } from '../../api/useAsk'
import { PageLink, setQuery } from '../../app/router'
import type { PointView } from '../../generated/api'
import { Worth } from '../../parts/Badges'
import { Calendar, dayKey, type Mark } from '../../parts/Calendar'
import { minute, size, time } from '../../parts/format'
import { Answer, Empty, Section } from '../../parts/States'
import { Table } from '../../parts/Table'
import { vmsOfHost } from '../backups'

const most = 50
/** Months side by side. */
const shown = 3

/** Of a VM of the host, or of one that is gone: then its name is typed. */
export function ChoosePoint({ vm }: { vm: string }): ReactElement {
  const { t } = useTranslation()
  const vms = useAsk('vms', vmsOfHost)
  const [typed, setTyped] = useState<string>()
  const known = vms.data?.find(v => v.id === vm || v.name === vm)
  const text = typed ?? known?.name ?? vm
  const fitting = (vms.data ?? []).filter(v => v.name.toLowerCase().includes(text.toLowerCase())).slice(0, most)
  const take = (name: string) => {
    setTyped(undefined)
    setQuery({ vm: vms.data?.find(v => v.name === name)?.id ?? name })
  }
  return (
    <Section title={t('restore.step-point')}>
      <form className="filters" onSubmit={e => { e.preventDefault(); take(text.trim()) }}>
        <Field label={t('vm.vm')} hint={t('restore.vm-hint')}>
          <Combobox
            freeform value={text} selectedOptions={known ? [known.name] : []} onChange={e => setTyped(e.target.value)}
            onOptionSelect={(_, d) => { if (d.optionText) take(d.optionText) }}
          >
            {fitting.map(v => <Option key={v.id} value={v.name}>{v.name}</Option>)}
          </Combobox>
        </Field>
        <Button type="submit">{t('restore.show-points')}</Button>
      </form>
      {vm ? <PointsOf vm={vm} /> : <Empty>{t('restore.choose-vm')}</Empty>}
    </Section>
  )
}

function PointsOf({ vm }: { vm: string }): ReactElement {
  const { t } = useTranslation()
  const [day, setDay] = useState('')
  const asked = useAsk(`points ${vm} all`, signal => ask('listPoints', { vm, limit: 1000 }, undefined, { signal }))
  return (
    <Answer asked={asked}>
      {page => {
        const fitting = page.items.filter(p => !day || dayKey(p.taken) === day)
        return (
          <>
            <Days points={page.items} chosen={day} onChoose={d => setDay(d === day ? '' : d)} />
            {page.items.length === 0 ? <Empty>{t('points.none')}</Empty> : fitting.length === 0 ? <Empty>{t('restore.none-that-day')}</Empty> : (
              <Table
                label={t('points.title')} rows={fitting} id={p => p.id}
                columns={[
                  { key: 'taken', title: t('points.taken'), cell: p => <PageLink href={`/restore?point=${p.id}`}>{time(p.taken)}</PageLink> },
                  { key: 'worth', title: t('points.consistency'), cell: p => <Worth consistency={p.consistency} /> },
                  { key: 'size', title: t('disk.size'), wide: true, number: true, cell: p => size(p.disks.reduce((sum, d) => sum + d.sizeBytes, 0)) },
                ]}
              />
            )}
          </>
        )
      }}
    </Answer>
  )
}

/** Months with the days that have points; a day that is pressed again shows all. */
function Days({ points, chosen, onChoose }: { points: PointView[]; chosen: string; onChoose: (day: string) => void }): ReactElement | null {
  const { t } = useTranslation()
  const newest = points[0]
  const [back, setBack] = useState(0)
  if (!newest) return null
  const oldest = new Date(points.at(-1)?.taken ?? newest.taken)
  const last = new Date(newest.taken)
  const from = new Date(last.getFullYear(), last.getMonth() - shown + 1 - back, 1)
  const marks = new Map<string, Mark>()
  for (const p of points) {
    const key = dayKey(p.taken)
    marks.set(key, { kind: 'kept', lines: [...(marks.get(key)?.lines ?? []), minute(p.taken)] })
  }
  return (
    <div>
      <h3>{t('restore.day')}</h3>
      <Calendar from={from} months={shown} marks={marks} today={new Date()} chosen={chosen} onChoose={onChoose} />
      <div className="actions">
        <Button size="small" disabled={from <= oldest} onClick={() => setBack(back + shown)}>{t('restore.earlier')}</Button>
        <Button size="small" disabled={back === 0} onClick={() => setBack(Math.max(0, back - shown))}>{t('restore.later')}</Button>
        {chosen ? <Button size="small" onClick={() => onChoose(chosen)}>{t('restore.all-days')}</Button> : null}
      </div>
    </div>
  )
}
