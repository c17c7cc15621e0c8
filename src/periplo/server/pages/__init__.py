"""Pages for people."""

from litestar import Router

from periplo.server.pages import account, doors, factor, people, quarantine, sources
from periplo.server.pages.audit import audit_page
from periplo.server.pages.customer import customer_page
from periplo.server.pages.customers import customers
from periplo.server.pages.downloads import download
from periplo.server.pages.map import map_page, map_part
from periplo.server.pages.search import search

# One router: a path with several methods must reach the application whole, not method by method.
HANDLERS = (
    Router(
        "/",
        route_handlers=[
            *(map_page, map_part, customers, customer_page, search, download),
            *(doors.set_reader, doors.sign_in_page, doors.sign_in, doors.sign_out, doors.join_page, doors.join),
            *(account.account, account.change_password, account.end_session, account.sign_out_everywhere),
            *(account.make_token, account.revoke_token),
            *(factor.code_page, factor.give_code, factor.setup_page, factor.turn_on),
            *(factor.renew_codes, factor.turn_off),
            *(
                people.people,
                people.invite,
                people.reset,
                people.set_role,
                people.remove,
                people.sign_out,
                people.demand_factor,
                people.reset_factor,
                people.withdraw,
                people.revoke,
            ),
            *(sources.sources, sources.add, sources.allow, sources.rotate, sources.remove),
            *(quarantine.quarantine, quarantine.refused, quarantine.mend, quarantine.settle, quarantine.replay_all),
            audit_page,
        ],
    ),
)

__all__ = ["HANDLERS"]
