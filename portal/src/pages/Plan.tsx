import { Field, Select } from '@fluentui/react-components'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { ask, may } from '../api/client'
import { useLive } from '../api/live'
import { useAsk } from '../api/useAsk'
import { PageLink, setQuery, usePlace } from '../app/router'
import type { PlannedView, PlanSettings } from '../generated/api'
import { duration, minute, number } from '../parts/format'
import { LongTable } from '../parts/LongTable'
import { Answer, Empty, Page, Section } from '../parts/States'
import { word } from '../texts'
import { Night } from './plan/Night'

const choices = ['24', '48', '168']

/** What starts when: as a picture, in which one sees how it is spread, and as a list. */
export default function Plan(): ReactElement {
  const { t } = useTranslation()
  const { query } = usePlace()
  const hours = choices.includes(query.get('hours') ?? '') ? query.get('hours') ?? '24' : '24'
  const asked = useAsk(`plan ${hours}`, async signal => ({ starts: (await ask('showPlan', { hours: Number(hours) }, undefined, { signal })).starts, at: new Date() }), true)
  // Limits are for those who see every VM; to others the picture is drawn without them.
  const limits = useAsk('plan limits', signal => (may('reader', true) ? ask('showPlanSettings', {}, undefined, { signal }) : Promise.resolve(null)))
  useLive(asked.reload, n => n.kind === 'ended')
  return (
    <Page title={t('page.plan')}>
      <div className="filters">
        <Field label={t('night.period')}>
          <Select value={hours} onChange={(_, d) => setQuery({ hours: d.value === '24' ? '' : d.value })}>
            {choices.map(h => <option key={h} value={h}>{duration(Number(h) * 3_600_000)}</option>)}
          </Select>
        </Field>
      </div>
      <Answer asked={asked}>
        {({ starts, at }) => (starts.length === 0 ? <Empty>{t('night.nothing')}</Empty> : (
          <>
            <Section title={t('night.picture')}><Night starts={starts} from={at} hours={Number(hours)} perHost={limits.data?.perHost ?? null} /></Section>
            {limits.data ? <Limits limits={limits.data} /> : null}
            <List starts={starts} />
          </>
        ))}
      </Answer>
    </Page>
  )
}

function Limits({ limits }: { limits: PlanSettings }): ReactElement {
  const { t } = useTranslation()
  return (
    <Section title={t('night.limits')}>
      <dl>
        <dt>{t('night.per-host')}</dt><dd>{number(limits.perHost)}</dd>
        <dt>{t('night.per-storage')}</dt><dd>{number(limits.perStorage)}</dd>
        <dt>{t('night.per-vault')}</dt><dd>{number(limits.perVault)}</dd>
        <dt>{t('vault.gc')}</dt><dd>{limits.gc ? <code>{limits.gc}</code> : t('night.not-by-itself')}</dd>
        <dt>{t('vault.verify')}</dt><dd>{limits.verify ? <code>{limits.verify}</code> : t('night.not-by-itself')}</dd>
      </dl>
    </Section>
  )
}

function List({ starts }: { starts: PlannedView[] }): ReactElement {
  const { t } = useTranslation()
  return (
    <LongTable<PlannedView & { key: string }>
      label={t('night.starts')} rows={starts.map((s, i) => ({ ...s, key: String(i) }))} id={s => s.key}
      template="minmax(110px, 1.2fr) minmax(100px, 1fr) minmax(205px, 1fr) minmax(100px, .6fr) minmax(132px, .6fr) minmax(150px, 1.2fr)" narrow="minmax(0, 1fr) auto"
      columns={[
        { key: 'vm', title: t('vm.vm'), cell: s => <PageLink href={`/vms/${s.vmId}`}>{s.vm}</PageLink> },
        { key: 'policy', title: t('policies.policy'), wide: true, cell: s => <PageLink href={`/policies/${encodeURIComponent(s.policy)}`}>{s.policy}</PageLink> },
        { key: 'start', title: t('night.start'), cell: s => minute(s.start) },
        { key: 'expected', title: t('night.expected'), wide: true, cell: s => duration(s.expectedMinutes * 60_000) },
        { key: 'kind', title: t('night.kind'), wide: true, cell: s => word('start-kind', s.kind) },
        { key: 'fits', title: t('night.room'), wide: true, cell: s => <div className="lines">{s.fits ? t('answer.yes') : word('plan', s.why ?? 'limits')}</div> },
      ]}
    />
  )
}
