"""涉诉区域: from the province down to streets and business districts, on the map and ranked."""

import streamlit as st

from pages.components import (
    access,
    address,
    dimension_head,
    focus_lists,
    heat_map,
    multiples,
    palettes,
    ranking_export,
    ranking_table,
    region_rates,
    region_views,
)

viewer = access.require("regions")
scope = viewer.scope
query = address.query()

selection, asked = dimension_head.show(scope)

standing = ranking_table.standing_view("region", selection, scope)
ranked, beside = st.columns([56, 44], gap="small")
with ranked:
    view = region_views.choose_level(standing, query)
    found = ranking_table.fetch(view, selection, scope, asked)
    ranking_table.show(found, view, selection, scope, key="ranking")
dimension_head.offer(
    lambda: [
        *ranking_export.sheets(
            view, selection, scope, asked, columns="issue_type", focus=(standing,)
        ),
        *region_rates.sheets(asked.measure, selection, scope),
    ],
    selection=selection,
    scope=scope,
    name="涉诉区域",
)
with beside:
    region_views.show_map(
        standing, selection, scope, asked.measure, asked=query, palette=palettes.current()
    )

crossed, listed = st.columns([62, 38], gap="small")
with crossed:
    heat_map.show(
        selection,
        scope,
        rows=view.level,
        columns="issue_type",
        measure=heat_map.measure_of(asked.measure),
        key="heat",
        title="区域×问题",
        base=view.base(selection),
    )
with listed:
    focus_lists.show(standing, selection, scope, key="focus_list")
multiples.show(found, view, selection, scope, key="multiples")
