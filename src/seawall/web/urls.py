"""All addresses of the console."""

from allauth.account import urls as account
from allauth.mfa import urls as mfa
from django.urls import path

from seawall.web import errors, health, hooks, sign_in
from seawall.web.own_look import in_our_frame
from seawall.web.pages import (
    answers,
    board,
    cases,
    decide,
    imports,
    links,
    outcomes,
    packs,
    reach,
    risk,
    room,
    rules,
    script,
    seller_link,
    shops,
    steer,
)

urlpatterns = [
    path("", board.board, name="board"),
    path("find/", board.find, name="find"),
    path("incidents/<str:code>/", room.room, name="incident"),
    path("incidents/<str:code>/timeline/", room.timeline, name="timeline"),
    path("incidents/<str:code>/cases/", cases.cases, name="cases"),
    path("incidents/<str:code>/cases/<int:pk>/", cases.case, name="case"),
    path("incidents/<str:code>/outcomes/", outcomes.outcomes, name="outcomes"),
    path("incidents/<str:code>/outcomes/<int:pk>/", outcomes.settle, name="settle"),
    path("incidents/<str:code>/answers/", answers.answers, name="answers"),
    path("incidents/<str:code>/answers/<int:pk>/", answers.answer, name="answer"),
    path("incidents/<str:code>/plan/", reach.plan, name="plan"),
    path("incidents/<str:code>/plan/anew/", reach.replan, name="replan"),
    path("incidents/<str:code>/plan/export.<str:kind>", reach.download, name="plan_export"),
    path("incidents/<str:code>/attest/", decide.attest, name="attest"),
    path("incidents/<str:code>/approve/", decide.approve, name="approve"),
    path("incidents/<str:code>/risk/", risk.risk, name="risk"),
    path("incidents/<str:code>/script/", script.script, name="script"),
    path("incidents/<str:code>/script/lint/", script.lint, name="script_lint"),
    path("incidents/<str:code>/script/versions/<int:number>/", script.version, name="script_version"),
    path("incidents/<str:code>/links/", links.links, name="links"),
    path("incidents/<str:code>/links/<int:pk>/", links.link, name="link"),
    path("incidents/<str:code>/sample/", steer.sample, name="sample"),
    path("incidents/<str:code>/start/", steer.start, name="start"),
    path("incidents/<str:code>/pause/", steer.pause, name="pause"),
    path("incidents/<str:code>/resume/", steer.resume, name="resume"),
    path("incidents/<str:code>/stop/", steer.stop, name="stop"),
    path("incidents/<str:code>/papers/", packs.attach, name="attach"),
    path("incidents/<str:code>/papers/<str:sha256>/", packs.paper, name="paper"),
    path("incidents/<str:code>/packs/", packs.seal, name="seal"),
    path("incidents/<str:code>/packs/<int:number>/", packs.download, name="pack"),
    path("rules/", rules.rules, name="rules"),
    path("orders/import/", imports.import_orders, name="import_orders"),
    path("orders/import/<str:token>/", imports.apply_orders, name="apply_orders"),
    path("orders/import/<str:token>/rejects/", imports.rejects, name="import_rejects"),
    path("shops/", shops.shops, name="shops"),
    path("shops/callback/", shops.callback, name="shop_callback"),
    path("shops/<int:pk>/connect/", shops.connect, name="connect_shop"),
    path("a/<str:token>/", seller_link.page, name="seller_link"),
    path("a/<str:token>/papers/<str:sha256>/", seller_link.paper, name="seller_link_paper"),
    path("a/<str:token>/packs/<int:number>/", seller_link.pack, name="seller_link_pack"),
    path("in/<str:token>/", sign_in.by_link, name="sign_in_link"),
    path("in/<str:token>", sign_in.by_link),
    path("team/", sign_in.choose_team, name="choose_team"),
    path("look/", sign_in.look, name="look"),
    path("healthz", health.healthz, name="healthz"),
    path("hooks/<str:platform>/<str:app_key>/", hooks.receive, name="hook"),
    *in_our_frame(account.urlpatterns, "account/"),
    *in_our_frame(mfa.urlpatterns, "account/2fa/"),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.fault
