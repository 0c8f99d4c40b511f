-- A dossier of which versions were compared is, in the fact, the last of them; a last version that
-- the fact lacks, or a second one that is still valid, is found too.
{%- set columns = tracked_columns() %}

with last_versions as (
    select
        versions.*,
        count(*) over (partition by versions.dossier_key) as version_count
    from {{ renewed_rows(ref('fct_compared_versions')) }} as versions
    where versions.valid_to is null
),

-- Few dossiers came again: only those are laid beside their versions.
dossiers as (
    select *
    from {{ ref('fct_dossiers') }}
    where dossier_key in (select last_versions.dossier_key from last_versions)
)

select
    last_versions.dossier_key,
    last_versions.version_no
from last_versions
left join dossiers on last_versions.dossier_key = dossiers.dossier_key
where
    dossiers.dossier_key is null
    or last_versions.version_count > 1
    or dossiers.is_missing_from_source <> last_versions.is_missing_from_source
    or dossiers._exported_at <> last_versions.last_shown_at
    or {{ changed_columns(columns, "dossiers.", "last_versions.") }} <> ''
