import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { ask } from '../api/client'
import { useAsk } from '../api/useAsk'
import type { FactView } from '../generated/api'
import { time } from '../parts/format'
import { Answer, Empty } from '../parts/States'
import { Table } from '../parts/Table'

/** What the doctor rests on. */
export function FactRows({ facts }: { facts: FactView[] }): ReactElement {
  const { t } = useTranslation()
  return (
    <Table
      label={t('job.facts')} rows={facts.map((f, i) => ({ ...f, key: String(i) }))} id={f => f.key}
      columns={[
        { key: 'name', title: t('fact.name'), name: true, cell: f => <code>{f.name}</code> },
        { key: 'value', title: t('fact.value'), cell: f => <code>{f.value}</code> },
        { key: 'source', title: t('fact.source'), wide: true, cell: f => f.source },
        { key: 'time', title: t('fact.time'), wide: true, cell: f => (f.time ? time(f.time) : '') },
      ]}
    />
  )
}

export function FactsOfJob({ job }: { job: string }): ReactElement {
  const { t } = useTranslation()
  const asked = useAsk(`facts ${job}`, signal => ask('listJobFacts', { job }, undefined, { signal }))
  return <Answer asked={asked}>{facts => (facts.length === 0 ? <Empty>{t('diagnosis.nothing-seen')}</Empty> : <FactRows facts={facts} />)}</Answer>
}
