import { Button, Combobox, Field, Input, Option } from '@fluentui/react-components'
import { useState, type ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { ask } from '../../api/client'
import { useAsk } from '../../api/useAsk'
import { PageLink, setQuery } from '../../app/router'
import { Worth } from '../../parts/Badges'
import { size, time } from '../../parts/format'
import { Answer, Empty, Section } from '../../parts/States'
import { Table } from '../../parts/Table'
import { vmsOfHost } from '../backups'

const most = 50

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
        const shown = page.items.filter(p => !day || localDay(p.taken) === day)
        return (
          <>
            <Field label={t('restore.day')}><Input type="date" value={day} onChange={(_, d) => setDay(d.value)} /></Field>
            {page.items.length === 0 ? <Empty>{t('points.none')}</Empty> : shown.length === 0 ? <Empty>{t('restore.none-that-day')}</Empty> : (
              <Table
                label={t('points.title')} rows={shown} id={p => p.id}
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

function localDay(at: string): string {
  const d = new Date(at)
  return `${d.getFullYear()}-${String(d.getMonth() + 1).padStart(2, '0')}-${String(d.getDate()).padStart(2, '0')}`
}
