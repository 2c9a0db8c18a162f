// Written by `npm run api:types` from /openapi.json: change the schemas in src/control.

export interface paths {
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the Worker runs */
        get: operations["getHealthz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether both stores answer, and how fast
         * @description 503 `store_unavailable` names the one that is down.
         */
        get: operations["getReadyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Counts of calls, refusals, lapses and overruns, and how the stores do, for Prometheus
         * @description Counts come from every isolate once in METRICS_FLUSH_SECONDS; one that ends takes its last with it. The ledger is exact, this is not. Of organizations, the 50 with the most calls. Roles: admin.
         */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List keys
         * @description The newest first. Revoked ones stay. Roles: admin, org-admin, team-admin, read-only.
         */
        get: operations["getKeys"];
        put?: never;
        /**
         * Create a key
         * @description The key and its `budgets` are made together. The secret is in this answer only. Roles: admin, org-admin, team-admin.
         */
        post: operations["postKeys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a key with every budget that it is under, live
         * @description Roles: admin, org-admin, team-admin, read-only.
         */
        get: operations["getKeysById"];
        put?: never;
        post?: never;
        /**
         * Revoke a key for good
         * @description Its ledger and the key itself stay. Doing it again does no harm. Roles: admin, org-admin, team-admin.
         */
        delete: operations["deleteKeysById"];
        options?: never;
        head?: never;
        /**
         * Change a key
         * @description An absent field keeps its value, null clears it. Holds from the next call on. Roles: admin, org-admin, team-admin.
         */
        patch: operations["patchKeysById"];
        trace?: never;
    };
    "/api/v1/keys/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a key a new secret
         * @description For `overlap_seconds` (default 0) the secret before works, too, and both count as the one key that they are. The new secret is in this answer only. Roles: admin, org-admin, team-admin.
         */
        post: operations["postKeysByIdRotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Ask with a client's own key what it is
         * @description With every budget that it is under, live. The key goes where an LLM call would have it.
         */
        get: operations["getKey"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/budgets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List budgets
         * @description The newest first, without their live numbers. Roles: admin, org-admin, team-admin, read-only.
         */
        get: operations["getBudgets"];
        put?: never;
        /**
         * Create a budget
         * @description On one scope, or with the id "*" on each of a kind. Roles: admin, org-admin, team-admin.
         */
        post: operations["postBudgets"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/budgets/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a budget, live
         * @description A budget for each ("*") has numbers for one `instance` at a time: without one it has none. Roles: admin, org-admin, team-admin, read-only.
         */
        get: operations["getBudgetsById"];
        put?: never;
        post?: never;
        /**
         * Delete a budget
         * @description What was counted in it stays in the ledger. Roles: admin, org-admin, team-admin.
         */
        delete: operations["deleteBudgetsById"];
        options?: never;
        head?: never;
        /**
         * Change a budget
         * @description A new limit keeps the spend. A new period starts a new count; the same period again doesn't. Holds from the next call on. Roles: admin, org-admin, team-admin.
         */
        patch: operations["patchBudgetsById"];
        trace?: never;
    };
    "/api/v1/budgets/{id}/adjustments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a budget's adjustments
         * @description The newest first, those that are over among them. Roles: admin, org-admin, team-admin, read-only.
         */
        get: operations["getBudgetsByIdAdjustments"];
        put?: never;
        /**
         * Raise or lower a budget's limit for a while
         * @description A negative amount lowers it. Without `until` it is over with the current period; of a `total` it is for good. Roles: admin, org-admin, team-admin.
         */
        post: operations["postBudgetsByIdAdjustments"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/budgets/{id}/adjustments/{adjustment}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take an adjustment back
         * @description Roles: admin, org-admin, team-admin.
         */
        delete: operations["deleteBudgetsByIdAdjustmentsByAdjustment"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/budgets/{id}/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Zero what a budget's current period has spent
         * @description By a ledger entry, so that the ledger still sums to what is enforced. What is held stays held. Roles: admin, org-admin, team-admin.
         */
        post: operations["postBudgetsByIdReset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List organizations
         * @description The newest first; the default one, whose id is a word, before all. Roles: admin, org-admin, read-only.
         */
        get: operations["getOrganizations"];
        put?: never;
        /**
         * Create an organization
         * @description Roles: admin.
         */
        post: operations["postOrganizations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an organization with its budgets, live
         * @description Roles: admin, org-admin, read-only.
         */
        get: operations["getOrganizationsById"];
        put?: never;
        post?: never;
        /**
         * Delete an organization
         * @description 409 `in_use` where something refers to it. Roles: admin.
         */
        delete: operations["deleteOrganizationsById"];
        options?: never;
        head?: never;
        /**
         * Change an organization
         * @description An absent field keeps its value, null clears it. Roles: admin, org-admin.
         */
        patch: operations["patchOrganizationsById"];
        trace?: never;
    };
    "/api/v1/teams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List teams
         * @description The newest first. Roles: admin, org-admin, team-admin, read-only.
         */
        get: operations["getTeams"];
        put?: never;
        /**
         * Create a team
         * @description Roles: admin, org-admin.
         */
        post: operations["postTeams"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/teams/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a team with its budgets, live
         * @description Roles: admin, org-admin, team-admin, read-only.
         */
        get: operations["getTeamsById"];
        put?: never;
        post?: never;
        /**
         * Delete a team
         * @description 409 `in_use` where something refers to it. Roles: admin, org-admin.
         */
        delete: operations["deleteTeamsById"];
        options?: never;
        head?: never;
        /**
         * Change a team
         * @description An absent field keeps its value, null clears it. Roles: admin, org-admin.
         */
        patch: operations["patchTeamsById"];
        trace?: never;
    };
    "/api/v1/teams/{id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the members of a team
         * @description By user id. Roles: admin, org-admin, team-admin, read-only.
         */
        get: operations["getTeamsByIdMembers"];
        put?: never;
        /**
         * Add a user to a team
         * @description Roles: admin, org-admin, team-admin.
         */
        post: operations["postTeamsByIdMembers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/teams/{id}/members/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a member with its budgets, live
         * @description Roles: admin, org-admin, team-admin, read-only.
         */
        get: operations["getTeamsByIdMembersByUser"];
        /**
         * Add a user to a team, or change the role of a member
         * @description Roles: admin, org-admin, team-admin.
         */
        put: operations["putTeamsByIdMembersByUser"];
        post?: never;
        /**
         * Take a user out of a team
         * @description 409 `in_use` where a budget is on the member. Roles: admin, org-admin, team-admin.
         */
        delete: operations["deleteTeamsByIdMembersByUser"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List users
         * @description The newest first. Roles: admin, org-admin, team-admin, read-only.
         */
        get: operations["getUsers"];
        put?: never;
        /**
         * Create a user
         * @description Roles: admin, org-admin.
         */
        post: operations["postUsers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a user with its budgets, live
         * @description They are the organization's matter: to a team's token there are none. Roles: admin, org-admin, team-admin, read-only.
         */
        get: operations["getUsersById"];
        put?: never;
        post?: never;
        /**
         * Delete a user
         * @description 409 `in_use` where something refers to it. Roles: admin, org-admin.
         */
        delete: operations["deleteUsersById"];
        options?: never;
        head?: never;
        /**
         * Change a user
         * @description An absent field keeps its value, null clears it. Roles: admin, org-admin.
         */
        patch: operations["patchUsersById"];
        trace?: never;
    };
    "/api/v1/customers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List customers
         * @description By id. Roles: admin, org-admin, read-only.
         */
        get: operations["getCustomers"];
        put?: never;
        /**
         * Create a customer
         * @description Roles: admin, org-admin.
         */
        post: operations["postCustomers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a customer with its budgets, live
         * @description Roles: admin, org-admin, read-only.
         */
        get: operations["getCustomersById"];
        put?: never;
        post?: never;
        /**
         * Delete a customer
         * @description 409 `in_use` where something refers to it. Roles: admin, org-admin.
         */
        delete: operations["deleteCustomersById"];
        options?: never;
        head?: never;
        /**
         * Change a customer
         * @description An absent field keeps its value, null clears it. Roles: admin, org-admin.
         */
        patch: operations["patchCustomersById"];
        trace?: never;
    };
    "/api/v1/holds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what is in flight, then what has lapsed
         * @description In flight by the end of the lease, lapsed the newest first. Roles: admin, org-admin, read-only.
         */
        get: operations["getHolds"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/holds/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a hold
         * @description Roles: admin, org-admin, read-only.
         */
        get: operations["getHoldsById"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/holds/{id}/void": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take the charge of a lapsed hold back
         * @description For an operator who knows that the call cost nothing. A settle that comes late still counts. Roles: admin, org-admin.
         */
        post: operations["postHoldsByIdVoid"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ledger": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List ledger entries
         * @description Every signed row of money, the newest first. Roles: admin, org-admin, team-admin, read-only.
         */
        get: operations["getLedger"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/requests/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get one call: its hold, outcome, usage, cost and entries
         * @description Roles: admin, org-admin, team-admin, read-only.
         */
        get: operations["getRequestsById"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Sum up what calls used and cost
         * @description By day (UTC), model, provider, key, team, user, customer and tag, or all in one. A call with several tags counts in each. Equal to the ledger; resets aren't counted. Roles: admin, org-admin, team-admin, read-only.
         */
        get: operations["getUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reconcile": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Compare every live counter with the ledger
         * @description No drift is the promise; `repair=true` puts right what there is. Roles: admin, org-admin.
         */
        post: operations["postReconcile"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/prices/quote": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask what a call would hold
         * @description Roles: admin, org-admin, team-admin, read-only.
         */
        post: operations["postPricesQuote"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/prices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Search what models cost
         * @description The list, and the organization's own prices in it. `q` is a part of `provider/model`. Roles: admin, org-admin, team-admin, read-only.
         */
        get: operations["getPrices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/prices/{provider}/{model}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get what a model costs
         * @description Roles: admin, org-admin, team-admin, read-only.
         */
        get: operations["getPricesByProviderByModel"];
        /**
         * Set a price of your own
         * @description In place of the list price, from the next call on. The model may be a glob. A PUT is whole. Roles: admin, org-admin.
         */
        put: operations["putPricesByProviderByModel"];
        post?: never;
        /**
         * Delete a price of your own
         * @description Roles: admin, org-admin.
         */
        delete: operations["deletePricesByProviderByModel"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List providers
         * @description Each that the keys of the organization, or of the team, can reach, and whose credential goes along. Roles: admin, org-admin, read-only.
         */
        get: operations["getProviders"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/providers/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a provider as the place's keys find it
         * @description Roles: admin, org-admin, read-only.
         */
        get: operations["getProvidersByName"];
        /**
         * Store a credential, or a provider of your own
         * @description The credential is sealed, and no answer shows it. A name that Tollgate doesn't know makes a custom provider: it needs a `kind` and a `base_url`. Holds from the next call on. Roles: admin, org-admin.
         */
        put: operations["putProvidersByName"];
        post?: never;
        /**
         * Delete a credential or provider of your own
         * @description Roles: admin, org-admin.
         */
        delete: operations["deleteProvidersByName"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reseal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Seal what is stored under the new KEY_SECRET
         * @description Credentials and webhooks' secrets that KEY_SECRET_PREVIOUS opens, page by page. The second time it does nothing. Roles: admin.
         */
        post: operations["postReseal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List webhooks
         * @description The newest first. Roles: admin, org-admin, read-only.
         */
        get: operations["getWebhooks"];
        put?: never;
        /**
         * Create a webhook
         * @description Deliveries are signed as Standard Webhooks say. The secret that verifies them is in this answer only. Roles: admin, org-admin.
         */
        post: operations["postWebhooks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a webhook
         * @description Roles: admin, org-admin, read-only.
         */
        get: operations["getWebhooksById"];
        put?: never;
        post?: never;
        /**
         * Delete a webhook
         * @description With its deliveries: what waits isn't sent. Roles: admin, org-admin.
         */
        delete: operations["deleteWebhooksById"];
        options?: never;
        head?: never;
        /**
         * Change a webhook
         * @description A new URL gets what still waits, too; to one that isn't enabled nothing is sent. Roles: admin, org-admin.
         */
        patch: operations["patchWebhooksById"];
        trace?: never;
    };
    "/api/v1/webhooks/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a webhook a new secret
         * @description For `overlap_seconds` (default 0) deliveries are signed by the secret before, too, so that the receiver can change over. The new secret is in this answer only. Roles: admin, org-admin.
         */
        post: operations["postWebhooksByIdRotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what was sent to a webhook
         * @description The newest first, for 30 days. Roles: admin, org-admin, read-only.
         */
        get: operations["getWebhooksByIdDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a webhook a test message
         * @description At once and one time, also to one that isn't enabled; `state`, `status` and `error` say how it went. Roles: admin, org-admin.
         */
        post: operations["postWebhooksByIdTest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List management tokens
         * @description The newest first. Revoked ones stay. Roles: admin, org-admin, read-only.
         */
        get: operations["getTokens"];
        put?: never;
        /**
         * Create a management token
         * @description The secret is in this answer only. Nobody makes one that can more, or lives longer, than his own. Roles: admin, org-admin.
         */
        post: operations["postTokens"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a management token
         * @description Roles: admin, org-admin, read-only.
         */
        get: operations["getTokensById"];
        put?: never;
        post?: never;
        /**
         * Revoke a management token for good
         * @description Roles: admin, org-admin.
         */
        delete: operations["deleteTokensById"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List who changed what
         * @description The newest first. `before` and `after` are the resource as the interface shows it, without secrets. Roles: admin, org-admin, read-only.
         */
        get: operations["getAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface webhooks {
    "budget.threshold": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What is booked reaches a share of a budget's `alert_at` below 1. */
        post: operations["budget.threshold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "budget.exhausted": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What is booked reaches a budget's limit. */
        post: operations["budget.exhausted"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "budget.refused": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A hard budget refuses the first call of its period. */
        post: operations["budget.refused"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "hold.lapsed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A call is charged at its hold, as nobody learned its end. */
        post: operations["hold.lapsed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "key.expiring": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A key is used whose end is less than 7 days away. */
        post: operations["key.expiring"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "books.drift": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A comparison finds a counter that differs from the ledger. */
        post: operations["books.drift"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "webhook.test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** `POST /webhooks/{id}/test` asks for it. */
        post: operations["webhook.test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface components {
    schemas: {
        Scope: {
            /** @enum {string} */
            kind: "organization" | "team" | "member" | "user" | "key" | "customer" | "tag";
            id: string;
            team_id?: string;
        };
        /**
         * @description USD as decimal text, exact to the nano-dollar.
         * @example 12.50
         */
        Usd: string;
        /** @description RFC 9457. `code` doesn't change; `errors` points at bad fields. */
        Problem: {
            type: string;
            title: string;
            status: number;
            detail: string;
            code: string;
            request_id: string;
            errors?: {
                /** @description RFC 6901, into the body; `/<name>` for a query parameter. */
                pointer: string;
                detail: string;
            }[];
        } & {
            [key: string]: unknown;
        };
        Key: {
            /** @description `key_…`: sorts by the time it was made. */
            id: string;
            name?: string;
            /** @description The last characters of the secret, to recognize it by. */
            hint: string;
            organization_id: string;
            team_id?: string;
            user_id?: string;
            enabled: boolean;
            /** @enum {string} */
            status: "active" | "disabled" | "expired" | "revoked";
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            expires_at?: string;
            /**
             * Format: date-time
             * @description After a rotation: until when the secret before works, too.
             */
            previous_secret_ends_at?: string;
            models?: string[];
            endpoints?: string[];
            providers?: string[];
            model_aliases?: {
                [key: string]: string;
            };
            tags?: string[];
            metadata?: {
                [key: string]: unknown;
            };
            /** @enum {string} */
            when_short: "clamp" | "reject";
            min_output_tokens: number;
            /** @enum {string} */
            on_disconnect: "drain" | "abort";
            allow_unpriced: boolean;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            last_used_at?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            updated_at: string;
        };
        NewKey: {
            /** @description `key_…`: sorts by the time it was made. */
            id: string;
            name?: string;
            /** @description The last characters of the secret, to recognize it by. */
            hint: string;
            organization_id: string;
            team_id?: string;
            user_id?: string;
            enabled: boolean;
            /** @enum {string} */
            status: "active" | "disabled" | "expired" | "revoked";
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            expires_at?: string;
            /**
             * Format: date-time
             * @description After a rotation: until when the secret before works, too.
             */
            previous_secret_ends_at?: string;
            models?: string[];
            endpoints?: string[];
            providers?: string[];
            model_aliases?: {
                [key: string]: string;
            };
            tags?: string[];
            metadata?: {
                [key: string]: unknown;
            };
            /** @enum {string} */
            when_short: "clamp" | "reject";
            min_output_tokens: number;
            /** @enum {string} */
            on_disconnect: "drain" | "abort";
            allow_unpriced: boolean;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            last_used_at?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            updated_at: string;
            /** @description In this answer only. */
            secret: string;
            budgets: components["schemas"]["LiveBudget"][];
        };
        LiveBudget: {
            /** @description `bud_…`: sorts by the time it was made. */
            id: string;
            organization_id: string;
            scope: components["schemas"]["Scope"];
            /** @enum {string} */
            unit: "usd" | "requests" | "tokens" | "concurrent";
            /** @description USD as decimal text for the unit `usd`, a whole number for the others. */
            limit: components["schemas"]["Usd"] | number;
            period: components["schemas"]["Period"];
            models?: string[];
            /** @enum {string} */
            enforcement: "hard" | "soft" | "shadow";
            /** @enum {string} */
            on_lapse: "charge" | "release";
            /** @enum {string} */
            on_store_outage: "closed" | "open";
            include_team_spend?: boolean;
            /** @enum {string} */
            count_from: "now" | "period_start";
            alert_at: number[];
            name?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            updated_at: string;
            /** @description Of a budget for each ("*"): whose numbers these are. */
            instance?: string;
            /** @description USD as decimal text for the unit `usd`, a whole number for the others. */
            spent?: components["schemas"]["Usd"] | number;
            /** @description USD as decimal text for the unit `usd`, a whole number for the others. */
            held?: components["schemas"]["Usd"] | number;
            /** @description USD as decimal text for the unit `usd`, a whole number for the others. */
            remaining?: components["schemas"]["Usd"] | number;
            /** @description USD as decimal text for the unit `usd`, a whole number for the others. */
            effective_limit?: components["schemas"]["Usd"] | number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            period_start?: string;
            /**
             * Format: date-time
             * @description Null for `total`.
             */
            resets_at?: string | null;
            /** @description Of a shadow budget: calls of this period that it would have refused. */
            would_refuse?: number;
        };
        Period: {
            /** @enum {string} */
            kind: "day" | "week" | "month" | "quarter" | "year" | "duration" | "total";
            every?: number;
            seconds?: number;
            timezone?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            anchor?: string;
        };
        /** @description `"month"`, `"30d"`, or an object. */
        PeriodInput: string | {
            /** @enum {string} */
            kind: "day" | "week" | "month" | "quarter" | "year" | "duration" | "total";
            /** @description Of a calendar's kind. */
            every?: number;
            /** @description Of a duration. */
            seconds?: number;
            /** @description IANA name; of a calendar's kind. */
            timezone?: string;
            /** Format: date-time */
            anchor?: string;
        };
        KeyWithBudgets: {
            /** @description `key_…`: sorts by the time it was made. */
            id: string;
            name?: string;
            /** @description The last characters of the secret, to recognize it by. */
            hint: string;
            organization_id: string;
            team_id?: string;
            user_id?: string;
            enabled: boolean;
            /** @enum {string} */
            status: "active" | "disabled" | "expired" | "revoked";
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            expires_at?: string;
            /**
             * Format: date-time
             * @description After a rotation: until when the secret before works, too.
             */
            previous_secret_ends_at?: string;
            models?: string[];
            endpoints?: string[];
            providers?: string[];
            model_aliases?: {
                [key: string]: string;
            };
            tags?: string[];
            metadata?: {
                [key: string]: unknown;
            };
            /** @enum {string} */
            when_short: "clamp" | "reject";
            min_output_tokens: number;
            /** @enum {string} */
            on_disconnect: "drain" | "abort";
            allow_unpriced: boolean;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            last_used_at?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            updated_at: string;
            budgets: components["schemas"]["LiveBudget"][];
        };
        RotatedKey: {
            /** @description `key_…`: sorts by the time it was made. */
            id: string;
            name?: string;
            /** @description The last characters of the secret, to recognize it by. */
            hint: string;
            organization_id: string;
            team_id?: string;
            user_id?: string;
            enabled: boolean;
            /** @enum {string} */
            status: "active" | "disabled" | "expired" | "revoked";
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            expires_at?: string;
            /**
             * Format: date-time
             * @description After a rotation: until when the secret before works, too.
             */
            previous_secret_ends_at?: string;
            models?: string[];
            endpoints?: string[];
            providers?: string[];
            model_aliases?: {
                [key: string]: string;
            };
            tags?: string[];
            metadata?: {
                [key: string]: unknown;
            };
            /** @enum {string} */
            when_short: "clamp" | "reject";
            min_output_tokens: number;
            /** @enum {string} */
            on_disconnect: "drain" | "abort";
            allow_unpriced: boolean;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            last_used_at?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            updated_at: string;
            /** @description In this answer only. */
            secret: string;
        };
        Budget: {
            /** @description `bud_…`: sorts by the time it was made. */
            id: string;
            organization_id: string;
            scope: components["schemas"]["Scope"];
            /** @enum {string} */
            unit: "usd" | "requests" | "tokens" | "concurrent";
            /** @description USD as decimal text for the unit `usd`, a whole number for the others. */
            limit: components["schemas"]["Usd"] | number;
            period: components["schemas"]["Period"];
            models?: string[];
            /** @enum {string} */
            enforcement: "hard" | "soft" | "shadow";
            /** @enum {string} */
            on_lapse: "charge" | "release";
            /** @enum {string} */
            on_store_outage: "closed" | "open";
            include_team_spend?: boolean;
            /** @enum {string} */
            count_from: "now" | "period_start";
            alert_at: number[];
            name?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            updated_at: string;
        };
        Adjustment: {
            /** @description `adj_…`: sorts by the time it was made. */
            id: string;
            budget_id: string;
            /** @description USD as decimal text for the unit `usd`, a whole number for the others. */
            amount: components["schemas"]["Usd"] | number;
            /**
             * Format: date-time
             * @description Absent: for good.
             */
            until?: string;
            reason?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            created_at: string;
        };
        Organization: {
            /** @description `org_…`: sorts by the time it was made. */
            id: string;
            name: string;
            model_aliases?: {
                [key: string]: string;
            };
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            updated_at: string;
        };
        OrganizationWithBudgets: {
            /** @description `org_…`: sorts by the time it was made. */
            id: string;
            name: string;
            model_aliases?: {
                [key: string]: string;
            };
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            updated_at: string;
            budgets: components["schemas"]["LiveBudget"][];
        };
        Team: {
            /** @description `team_…`: sorts by the time it was made. */
            id: string;
            organization_id: string;
            name: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            updated_at: string;
        };
        TeamWithBudgets: {
            /** @description `team_…`: sorts by the time it was made. */
            id: string;
            organization_id: string;
            name: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            updated_at: string;
            budgets: components["schemas"]["LiveBudget"][];
        };
        Member: {
            team_id: string;
            user_id: string;
            role?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            updated_at: string;
        };
        MemberWithBudgets: {
            team_id: string;
            user_id: string;
            role?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            updated_at: string;
            budgets: components["schemas"]["LiveBudget"][];
        };
        User: {
            /** @description `user_…`: sorts by the time it was made. */
            id: string;
            organization_id: string;
            external_id?: string;
            email?: string;
            name?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            updated_at: string;
        };
        UserWithBudgets: {
            /** @description `user_…`: sorts by the time it was made. */
            id: string;
            organization_id: string;
            external_id?: string;
            email?: string;
            name?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            updated_at: string;
            budgets: components["schemas"]["LiveBudget"][];
        };
        Customer: {
            /** @description The caller's own. */
            id: string;
            organization_id: string;
            name?: string;
            blocked: boolean;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            updated_at: string;
        };
        CustomerWithBudgets: {
            /** @description The caller's own. */
            id: string;
            organization_id: string;
            name?: string;
            blocked: boolean;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            updated_at: string;
            budgets: components["schemas"]["LiveBudget"][];
        };
        Hold: {
            /** @description `hold_…`: sorts by the time it was made. */
            id: string;
            request_id: string;
            key_id?: string;
            /** @enum {string} */
            state: "held" | "lapsed" | "settled" | "released";
            amount: components["schemas"]["Usd"];
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            lease_ends_at?: string;
            budgets: {
                id: string;
                /** @description USD as decimal text for the unit `usd`, a whole number for the others. */
                amount?: components["schemas"]["Usd"] | number;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC.
                 */
                period_start: string;
            }[];
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            created_at?: string;
        };
        LedgerEntry: {
            id: string;
            hold_id: string;
            request_id: string;
            /** @enum {string} */
            kind: "settled" | "lapsed" | "correction" | "void" | "reset";
            /**
             * @description Signed; a correction takes back, or adds.
             * @example 12.50
             */
            amount: string;
            budgets: {
                id: string;
                instance?: string;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC.
                 */
                period_start: string;
                /** @description USD as decimal text for the unit `usd`, a whole number for the others. */
                amount: components["schemas"]["Usd"] | number;
            }[];
            key_id?: string;
            team_id?: string;
            user_id?: string;
            customer?: string;
            tags: string[];
            provider: string;
            model: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            created_at: string;
        };
        Request: {
            /** @description `req_…`: sorts by the time it was made. */
            request_id: string;
            hold_id: string;
            key_id?: string;
            team_id?: string;
            user_id?: string;
            customer?: string;
            tags?: string[];
            provider?: string;
            model_requested?: string;
            model?: string;
            endpoint?: string;
            stream?: boolean;
            status?: number | null;
            /**
             * @description Null while it is in flight.
             * @enum {string|null}
             */
            outcome: "completed" | "provider_error" | "provider_unreachable" | "timeout" | "cut" | "client_gone" | "released" | "lapsed" | null;
            hold: components["schemas"]["Usd"];
            cost: components["schemas"]["Usd"];
            overrun: components["schemas"]["Usd"];
            estimated?: boolean;
            usage?: components["schemas"]["RequestUsage"];
            provider_cost?: components["schemas"]["Usd"];
            service_tier?: string;
            price_version?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            started_at?: string;
            first_byte_ms?: number | null;
            duration_ms?: number | null;
            entries: components["schemas"]["LedgerEntry"][];
            shadow_refusals: string[];
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            created_at?: string;
        };
        /** @description `input_total` has the cached tokens in it, `output_total` the reasoning; absent: not stated. */
        RequestUsage: {
            input_total?: number;
            billed_input?: number;
            input_cached?: number;
            cache_write?: number;
            cache_write_5m?: number;
            cache_write_1h?: number;
            output_total?: number;
            billed_output?: number;
            reasoning?: number;
            audio_in?: number;
            audio_out?: number;
            image_in?: number;
            image_out?: number;
            images?: number;
            seconds?: number;
            characters?: number;
            search_units?: number;
            pages?: number;
            annotated_pages?: number;
            tool_calls?: {
                [key: string]: number;
            };
        };
        /** @description The fields asked for in `group_by`, and the sums. */
        Usage: {
            day?: string | null;
            model?: string | null;
            provider?: string | null;
            key?: string | null;
            team?: string | null;
            user?: string | null;
            customer?: string | null;
            tag?: string | null;
            requests: number;
            input_tokens: number;
            output_tokens: number;
            cost: components["schemas"]["Usd"];
        };
        Reconciliation: {
            checked: number;
            drift: {
                budget_id: string;
                instance?: string;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC.
                 */
                period_start: string;
                /** @description USD as decimal text for the unit `usd`, a whole number for the others. */
                redis: components["schemas"]["Usd"] | number;
                /** @description USD as decimal text for the unit `usd`, a whole number for the others. */
                ledger: components["schemas"]["Usd"] | number;
                /** @description USD as decimal text for the unit `usd`, a whole number for the others. */
                difference: components["schemas"]["Usd"] | number;
            }[];
            repaired: number;
        };
        Quote: {
            provider: string;
            model: string;
            hold: components["schemas"]["Usd"];
            input_tokens_bound: number;
            output_tokens_bound: number;
            price: {
                input?: components["schemas"]["Usd"];
                output?: components["schemas"]["Usd"];
                cache_read?: components["schemas"]["Usd"];
                cache_write?: components["schemas"]["Usd"];
                cache_write_1h?: components["schemas"]["Usd"];
                reasoning?: components["schemas"]["Usd"];
                audio_input?: components["schemas"]["Usd"];
                audio_output?: components["schemas"]["Usd"];
                image_input?: components["schemas"]["Usd"];
                image_output?: components["schemas"]["Usd"];
                per_request?: components["schemas"]["Usd"];
                /** @description Times the list price. */
                multiplier?: string;
                /** @description USD for each one, with up to 15 places. */
                units?: {
                    [key: string]: string;
                };
                tool_calls?: {
                    [key: string]: components["schemas"]["Usd"];
                };
                /** @description Of calls with more input than that: other rates, for all of their tokens. */
                tiers?: {
                    above_input_tokens: number;
                    input?: components["schemas"]["Usd"];
                    output?: components["schemas"]["Usd"];
                    cache_read?: components["schemas"]["Usd"];
                    cache_write?: components["schemas"]["Usd"];
                    cache_write_1h?: components["schemas"]["Usd"];
                    reasoning?: components["schemas"]["Usd"];
                    audio_input?: components["schemas"]["Usd"];
                    audio_output?: components["schemas"]["Usd"];
                    image_input?: components["schemas"]["Usd"];
                    image_output?: components["schemas"]["Usd"];
                }[];
                /** @description Stamped on each ledger entry. */
                version?: string;
            };
        };
        Price: {
            provider: string;
            model: string;
            /** @enum {string} */
            source: "list" | "override";
            input?: components["schemas"]["Usd"];
            output?: components["schemas"]["Usd"];
            cache_read?: components["schemas"]["Usd"];
            cache_write?: components["schemas"]["Usd"];
            cache_write_1h?: components["schemas"]["Usd"];
            reasoning?: components["schemas"]["Usd"];
            audio_input?: components["schemas"]["Usd"];
            audio_output?: components["schemas"]["Usd"];
            image_input?: components["schemas"]["Usd"];
            image_output?: components["schemas"]["Usd"];
            per_request?: components["schemas"]["Usd"];
            /** @description Times the list price. */
            multiplier?: string;
            /** @description USD for each one, with up to 15 places. */
            units?: {
                [key: string]: string;
            };
            tool_calls?: {
                [key: string]: components["schemas"]["Usd"];
            };
            /** @description Of calls with more input than that: other rates, for all of their tokens. */
            tiers?: {
                above_input_tokens: number;
                input?: components["schemas"]["Usd"];
                output?: components["schemas"]["Usd"];
                cache_read?: components["schemas"]["Usd"];
                cache_write?: components["schemas"]["Usd"];
                cache_write_1h?: components["schemas"]["Usd"];
                reasoning?: components["schemas"]["Usd"];
                audio_input?: components["schemas"]["Usd"];
                audio_output?: components["schemas"]["Usd"];
                image_input?: components["schemas"]["Usd"];
                image_output?: components["schemas"]["Usd"];
            }[];
            /** @description Stamped on each ledger entry. */
            version?: string;
            /** @description As it was PUT. */
            override?: {
                input?: components["schemas"]["Usd"];
                output?: components["schemas"]["Usd"];
                cache_read?: components["schemas"]["Usd"];
                cache_write?: components["schemas"]["Usd"];
                cache_write_1h?: components["schemas"]["Usd"];
                reasoning?: components["schemas"]["Usd"];
                audio_input?: components["schemas"]["Usd"];
                audio_output?: components["schemas"]["Usd"];
                image_input?: components["schemas"]["Usd"];
                image_output?: components["schemas"]["Usd"];
                per_request?: components["schemas"]["Usd"];
                /** @description Times the list price. */
                multiplier?: string;
                /** @description USD for each one, with up to 15 places. */
                units?: {
                    [key: string]: string;
                };
                tool_calls?: {
                    [key: string]: components["schemas"]["Usd"];
                };
            };
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            updated_at?: string;
        };
        Provider: {
            name: string;
            /**
             * @description Whose credential goes along with a call.
             * @enum {string}
             */
            source: "team" | "organization" | "deployment" | "none";
            organization_id: string;
            team_id?: string;
            kind?: string;
            /** @description The last characters of the credential. */
            hint?: string;
            base_url?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            created_at?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            updated_at?: string;
        };
        Webhook: {
            /** @description `wh_…`: sorts by the time it was made. */
            id: string;
            organization_id: string;
            url: string;
            events: ("budget.threshold" | "budget.exhausted" | "budget.refused" | "hold.lapsed" | "key.expiring" | "books.drift")[];
            enabled: boolean;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            updated_at: string;
        };
        NewWebhook: {
            /** @description `wh_…`: sorts by the time it was made. */
            id: string;
            organization_id: string;
            url: string;
            events: ("budget.threshold" | "budget.exhausted" | "budget.refused" | "hold.lapsed" | "key.expiring" | "books.drift")[];
            enabled: boolean;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            updated_at: string;
            /** @description `whsec_…`, in this answer only. */
            secret: string;
        };
        RotatedWebhook: {
            /** @description `wh_…`: sorts by the time it was made. */
            id: string;
            organization_id: string;
            url: string;
            events: ("budget.threshold" | "budget.exhausted" | "budget.refused" | "hold.lapsed" | "key.expiring" | "books.drift")[];
            enabled: boolean;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            updated_at: string;
            /** @description `whsec_…`, in this answer only. */
            secret: string;
            /**
             * Format: date-time
             * @description Until when the secret before signs, too; absent: it doesn't any more.
             */
            previous_secret_ends_at?: string;
        };
        WebhookDelivery: {
            /** @description Its `webhook-id`: the same in each attempt. */
            id: string;
            webhook_id: string;
            /** @enum {string} */
            type: "budget.threshold" | "budget.exhausted" | "budget.refused" | "hold.lapsed" | "key.expiring" | "books.drift" | "webhook.test";
            payload: components["schemas"]["WebhookPayload"];
            /** @enum {string} */
            state: "waiting" | "delivered" | "failed";
            attempts: number;
            /** @description Of the receiver's last answer. */
            status?: number;
            /** @description Why the last attempt got none. */
            error?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            next_attempt_at?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            delivered_at?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            updated_at: string;
        };
        /** @description The body that is sent. */
        WebhookPayload: {
            /** @enum {string} */
            type: "budget.threshold" | "budget.exhausted" | "budget.refused" | "hold.lapsed" | "key.expiring" | "books.drift" | "webhook.test";
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            timestamp: string;
            data: {
                [key: string]: unknown;
            };
        };
        Token: {
            /** @description `tok_…`: sorts by the time it was made. */
            id: string;
            name: string;
            /** @enum {string} */
            role: "admin" | "org-admin" | "team-admin" | "read-only";
            /** @description Absent: of every organization. */
            organization_id?: string;
            team_id?: string;
            /** @description The last characters of the secret, to recognize it by. */
            hint: string;
            /** @enum {string} */
            status: "active" | "expired" | "revoked";
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            expires_at?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            updated_at: string;
        };
        NewToken: {
            /** @description `tok_…`: sorts by the time it was made. */
            id: string;
            name: string;
            /** @enum {string} */
            role: "admin" | "org-admin" | "team-admin" | "read-only";
            /** @description Absent: of every organization. */
            organization_id?: string;
            team_id?: string;
            /** @description The last characters of the secret, to recognize it by. */
            hint: string;
            /** @enum {string} */
            status: "active" | "expired" | "revoked";
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            expires_at?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            updated_at: string;
            /** @description In this answer only. */
            secret: string;
        };
        AuditEvent: {
            /** @description `aud_…`: sorts by the time it was made. */
            id: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            at: string;
            organization_id?: string;
            /** @description `admin`, a token's id, or `database` for a change that came another way. */
            actor: string;
            /** @description created, changed, deleted, revoked, rotated, resealed, reset, voided, compared, repaired, tested … */
            action: string;
            resource: {
                kind: string;
                id: string;
            };
            before?: {
                [key: string]: unknown;
            };
            after?: {
                [key: string]: unknown;
            };
            request_id?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            created_at: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getHealthz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "ok";
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getReadyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They do */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "ok";
                        redis: {
                            ok: boolean;
                            latency_ms: number;
                        };
                        postgres: {
                            ok: boolean;
                            latency_ms: number;
                        };
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The text format of Prometheus */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getKeys: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                organization_id?: string;
                team_id?: string;
                user_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of keys */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Key"][];
                        has_more: boolean;
                        /** @description For `?cursor=` of the next page. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postKeys: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same call with the same key gets the first one's answer, for 24 hours. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "checkout service",
                 *       "models": [
                 *         "openai/*"
                 *       ],
                 *       "budgets": [
                 *         {
                 *           "unit": "usd",
                 *           "limit": "10.00",
                 *           "period": "day"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    name?: string | null;
                    enabled?: boolean;
                    /** Format: date-time */
                    expires_at?: string | null;
                    models?: string[] | null;
                    endpoints?: string[] | null;
                    providers?: string[] | null;
                    model_aliases?: {
                        [key: string]: string;
                    } | null;
                    tags?: string[] | null;
                    metadata?: {
                        [key: string]: unknown;
                    } | null;
                    /** @enum {string|null} */
                    when_short?: "clamp" | "reject" | null;
                    min_output_tokens?: number | null;
                    /** @enum {string|null} */
                    on_disconnect?: "drain" | "abort" | null;
                    allow_unpriced?: boolean | null;
                    team_id?: string | null;
                    user_id?: string | null;
                    organization_id?: string;
                    budgets?: ({
                        name?: string | null;
                        /** @enum {string|null} */
                        on_lapse?: "charge" | "release" | null;
                        alert_at?: number[] | null;
                        /** @enum {string|null} */
                        enforcement?: "hard" | "soft" | "shadow" | null;
                        /** @enum {string|null} */
                        on_store_outage?: "closed" | "open" | null;
                        models?: string[] | null;
                        include_team_spend?: boolean | null;
                        /** @enum {string|null} */
                        count_from?: "now" | "period_start" | null;
                        /** @enum {string} */
                        unit?: "usd";
                        limit: string | number;
                        period: components["schemas"]["PeriodInput"];
                    } | {
                        name?: string | null;
                        /** @enum {string|null} */
                        on_lapse?: "charge" | "release" | null;
                        alert_at?: number[] | null;
                        /** @enum {string|null} */
                        enforcement?: "hard" | "soft" | "shadow" | null;
                        /** @enum {string|null} */
                        on_store_outage?: "closed" | "open" | null;
                        models?: string[] | null;
                        include_team_spend?: boolean | null;
                        /** @enum {string|null} */
                        count_from?: "now" | "period_start" | null;
                        /** @enum {string} */
                        unit: "requests" | "tokens";
                        limit: string | number;
                        period: components["schemas"]["PeriodInput"];
                    } | {
                        name?: string | null;
                        /** @enum {string|null} */
                        on_lapse?: "charge" | "release" | null;
                        alert_at?: number[] | null;
                        /** @enum {string|null} */
                        enforcement?: "hard" | "soft" | "shadow" | null;
                        /** @enum {string|null} */
                        on_store_outage?: "closed" | "open" | null;
                        models?: string[] | null;
                        include_team_spend?: boolean | null;
                        /** @enum {string|null} */
                        count_from?: "now" | "period_start" | null;
                        /** @enum {string} */
                        unit: "concurrent";
                        limit: string | number;
                        period?: components["schemas"]["PeriodInput"];
                    })[];
                };
            };
        };
        responses: {
            /** @description The key, with its secret */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewKey"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getKeysById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyWithBudgets"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteKeysById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The next call with the key is refused */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patchKeysById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "checkout service, EU",
                 *       "enabled": true,
                 *       "expires_at": null
                 *     }
                 */
                "application/json": {
                    name?: string | null;
                    enabled?: boolean;
                    /** Format: date-time */
                    expires_at?: string | null;
                    models?: string[] | null;
                    endpoints?: string[] | null;
                    providers?: string[] | null;
                    model_aliases?: {
                        [key: string]: string;
                    } | null;
                    tags?: string[] | null;
                    metadata?: {
                        [key: string]: unknown;
                    } | null;
                    /** @enum {string|null} */
                    when_short?: "clamp" | "reject" | null;
                    min_output_tokens?: number | null;
                    /** @enum {string|null} */
                    on_disconnect?: "drain" | "abort" | null;
                    allow_unpriced?: boolean | null;
                    team_id?: string | null;
                    user_id?: string | null;
                };
            };
        };
        responses: {
            /** @description The key */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyWithBudgets"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postKeysByIdRotate: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same call with the same key gets the first one's answer, for 24 hours. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "overlap_seconds": 3600
                 *     }
                 */
                "application/json": {
                    /** @default 0 */
                    overlap_seconds?: number;
                };
            };
        };
        responses: {
            /** @description The key, with its new secret */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RotatedKey"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyWithBudgets"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getBudgets: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                organization_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of budgets */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Budget"][];
                        has_more: boolean;
                        /** @description For `?cursor=` of the next page. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postBudgets: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same call with the same key gets the first one's answer, for 24 hours. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "scope": {
                 *         "kind": "customer",
                 *         "id": "*"
                 *       },
                 *       "unit": "usd",
                 *       "limit": "5.00",
                 *       "period": {
                 *         "kind": "month",
                 *         "timezone": "Europe/Berlin"
                 *       },
                 *       "models": [
                 *         "openai/*"
                 *       ]
                 *     }
                 */
                "application/json": {
                    name?: string | null;
                    /** @enum {string|null} */
                    on_lapse?: "charge" | "release" | null;
                    alert_at?: number[] | null;
                    /** @enum {string|null} */
                    enforcement?: "hard" | "soft" | "shadow" | null;
                    /** @enum {string|null} */
                    on_store_outage?: "closed" | "open" | null;
                    models?: string[] | null;
                    include_team_spend?: boolean | null;
                    /** @enum {string|null} */
                    count_from?: "now" | "period_start" | null;
                    /** @enum {string} */
                    unit?: "usd";
                    limit: string | number;
                    period: components["schemas"]["PeriodInput"];
                    organization_id?: string;
                    scope: {
                        /** @enum {string} */
                        kind: "organization" | "team" | "member" | "user" | "key" | "customer" | "tag";
                        id: string;
                        team_id?: string | null;
                    };
                } | {
                    name?: string | null;
                    /** @enum {string|null} */
                    on_lapse?: "charge" | "release" | null;
                    alert_at?: number[] | null;
                    /** @enum {string|null} */
                    enforcement?: "hard" | "soft" | "shadow" | null;
                    /** @enum {string|null} */
                    on_store_outage?: "closed" | "open" | null;
                    models?: string[] | null;
                    include_team_spend?: boolean | null;
                    /** @enum {string|null} */
                    count_from?: "now" | "period_start" | null;
                    /** @enum {string} */
                    unit: "requests" | "tokens";
                    limit: string | number;
                    period: components["schemas"]["PeriodInput"];
                    organization_id?: string;
                    scope: {
                        /** @enum {string} */
                        kind: "organization" | "team" | "member" | "user" | "key" | "customer" | "tag";
                        id: string;
                        team_id?: string | null;
                    };
                } | {
                    name?: string | null;
                    /** @enum {string|null} */
                    on_lapse?: "charge" | "release" | null;
                    alert_at?: number[] | null;
                    /** @enum {string|null} */
                    enforcement?: "hard" | "soft" | "shadow" | null;
                    /** @enum {string|null} */
                    on_store_outage?: "closed" | "open" | null;
                    models?: string[] | null;
                    include_team_spend?: boolean | null;
                    /** @enum {string|null} */
                    count_from?: "now" | "period_start" | null;
                    /** @enum {string} */
                    unit: "concurrent";
                    limit: string | number;
                    period?: components["schemas"]["PeriodInput"];
                    organization_id?: string;
                    scope: {
                        /** @enum {string} */
                        kind: "organization" | "team" | "member" | "user" | "key" | "customer" | "tag";
                        id: string;
                        team_id?: string | null;
                    };
                };
            };
        };
        responses: {
            /** @description The budget */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LiveBudget"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getBudgetsById: {
        parameters: {
            query?: {
                instance?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The budget */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LiveBudget"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteBudgetsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The next call isn't held to it */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patchBudgetsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "limit": "20.00",
                 *       "alert_at": [
                 *         0.9,
                 *         1
                 *       ]
                 *     }
                 */
                "application/json": {
                    name?: string | null;
                    /** @enum {string|null} */
                    on_lapse?: "charge" | "release" | null;
                    alert_at?: number[] | null;
                    /** @enum {string|null} */
                    enforcement?: "hard" | "soft" | "shadow" | null;
                    /** @enum {string|null} */
                    on_store_outage?: "closed" | "open" | null;
                    models?: string[] | null;
                    include_team_spend?: boolean | null;
                    /** @description USD as decimal text (a number is taken, too) for `usd`; a whole number for the other units. */
                    limit?: string | number;
                    period?: components["schemas"]["PeriodInput"];
                };
            };
        };
        responses: {
            /** @description The budget */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LiveBudget"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getBudgetsByIdAdjustments: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of adjustments */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Adjustment"][];
                        has_more: boolean;
                        /** @description For `?cursor=` of the next page. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postBudgetsByIdAdjustments: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same call with the same key gets the first one's answer, for 24 hours. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "amount": "5.00",
                 *       "reason": "launch"
                 *     }
                 */
                "application/json": {
                    /** @description USD as decimal text (a number is taken, too) for `usd`; a whole number for the other units. */
                    amount: string | number;
                    /** Format: date-time */
                    until?: string | null;
                    reason?: string | null;
                };
            };
        };
        responses: {
            /** @description The adjustment */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Adjustment"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteBudgetsByIdAdjustmentsByAdjustment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                adjustment: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The limit is without it from the next call on */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postBudgetsByIdReset: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same call with the same key gets the first one's answer, for 24 hours. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": {
                    instance?: string;
                };
            };
        };
        responses: {
            /** @description The budget, live */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LiveBudget"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getOrganizations: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of organizations */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Organization"][];
                        has_more: boolean;
                        /** @description For `?cursor=` of the next page. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postOrganizations: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same call with the same key gets the first one's answer, for 24 hours. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Acme"
                 *     }
                 */
                "application/json": {
                    name: string;
                    model_aliases?: {
                        [key: string]: string;
                    } | null;
                };
            };
        };
        responses: {
            /** @description The organization */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organization"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getOrganizationsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The organization */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrganizationWithBudgets"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteOrganizationsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patchOrganizationsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Acme, Inc.",
                 *       "model_aliases": {
                 *         "fast": "openai/gpt-4o-mini"
                 *       }
                 *     }
                 */
                "application/json": {
                    name?: string;
                    model_aliases?: {
                        [key: string]: string;
                    } | null;
                };
            };
        };
        responses: {
            /** @description The organization */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organization"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTeams: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                organization_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of teams */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Team"][];
                        has_more: boolean;
                        /** @description For `?cursor=` of the next page. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postTeams: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same call with the same key gets the first one's answer, for 24 hours. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Search"
                 *     }
                 */
                "application/json": {
                    name: string;
                    organization_id?: string;
                };
            };
        };
        responses: {
            /** @description The team */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Team"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTeamsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The team */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TeamWithBudgets"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteTeamsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patchTeamsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Search and ads"
                 *     }
                 */
                "application/json": {
                    name?: string;
                };
            };
        };
        responses: {
            /** @description The team */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Team"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTeamsByIdMembers: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of members */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Member"][];
                        has_more: boolean;
                        /** @description For `?cursor=` of the next page. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postTeamsByIdMembers: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same call with the same key gets the first one's answer, for 24 hours. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "user_id": "user_…",
                 *       "role": "lead"
                 *     }
                 */
                "application/json": {
                    user_id: string;
                    role?: string | null;
                };
            };
        };
        responses: {
            /** @description The member */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTeamsByIdMembersByUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The member */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberWithBudgets"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putTeamsByIdMembersByUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                user: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "role": "lead"
                 *     }
                 */
                "application/json": {
                    role?: string | null;
                };
            };
        };
        responses: {
            /** @description The member */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteTeamsByIdMembersByUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getUsers: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                organization_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of users */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["User"][];
                        has_more: boolean;
                        /** @description For `?cursor=` of the next page. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postUsers: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same call with the same key gets the first one's answer, for 24 hours. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "external_id": "employee-7",
                 *       "email": "ada@example.com",
                 *       "name": "Ada"
                 *     }
                 */
                "application/json": {
                    external_id?: string | null;
                    /** Format: email */
                    email?: string | null;
                    name?: string | null;
                    organization_id?: string;
                };
            };
        };
        responses: {
            /** @description The user */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getUsersById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserWithBudgets"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteUsersById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patchUsersById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Ada L."
                 *     }
                 */
                "application/json": {
                    external_id?: string | null;
                    /** Format: email */
                    email?: string | null;
                    name?: string | null;
                };
            };
        };
        responses: {
            /** @description The user */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCustomers: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                organization_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of customers */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Customer"][];
                        has_more: boolean;
                        /** @description For `?cursor=` of the next page. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postCustomers: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same call with the same key gets the first one's answer, for 24 hours. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "acme",
                 *       "name": "Acme",
                 *       "blocked": false
                 *     }
                 */
                "application/json": {
                    id: string;
                    organization_id?: string;
                    name?: string | null;
                    blocked?: boolean | null;
                };
            };
        };
        responses: {
            /** @description The customer */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCustomersById: {
        parameters: {
            query?: {
                organization_id?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The customer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerWithBudgets"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteCustomersById: {
        parameters: {
            query?: {
                organization_id?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patchCustomersById: {
        parameters: {
            query?: {
                organization_id?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "blocked": true
                 *     }
                 */
                "application/json": {
                    name?: string | null;
                    blocked?: boolean | null;
                };
            };
        };
        responses: {
            /** @description The customer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getHolds: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                organization_id?: string;
                state?: "held" | "lapsed";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of holds */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Hold"][];
                        has_more: boolean;
                        /** @description For `?cursor=` of the next page. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getHoldsById: {
        parameters: {
            query?: {
                organization_id?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The hold */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hold"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postHoldsByIdVoid: {
        parameters: {
            query?: {
                organization_id?: string;
            };
            header?: {
                /** @description The same call with the same key gets the first one's answer, for 24 hours. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description The hold */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hold"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getLedger: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                organization_id?: string;
                key?: string;
                key_id?: string;
                team?: string;
                team_id?: string;
                user?: string;
                user_id?: string;
                customer?: string;
                tag?: string;
                model?: string;
                provider?: string;
                kind?: "settled" | "lapsed" | "correction" | "void" | "reset";
                from?: string;
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of entries */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["LedgerEntry"][];
                        has_more: boolean;
                        /** @description For `?cursor=` of the next page. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getRequestsById: {
        parameters: {
            query?: {
                organization_id?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The request */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Request"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getUsage: {
        parameters: {
            query?: {
                limit?: string;
                cursor?: string;
                organization_id?: string;
                key?: string;
                key_id?: string;
                team?: string;
                team_id?: string;
                user?: string;
                user_id?: string;
                customer?: string;
                tag?: string;
                model?: string;
                provider?: string;
                group_by?: string;
                from?: string;
                to?: string;
                order?: "group" | "cost";
                format?: "json" | "csv";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Sums */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Usage"][];
                        has_more: boolean;
                        /** @description For `?cursor=` of the next page. */
                        next_cursor: string | null;
                    };
                    "text/csv": string;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postReconcile: {
        parameters: {
            query?: {
                repair?: "true" | "false";
                organization_id?: string;
            };
            header?: {
                /** @description The same call with the same key gets the first one's answer, for 24 hours. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description What differs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reconciliation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postPricesQuote: {
        parameters: {
            query?: {
                organization_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "path": "/openai/v1/chat/completions",
                 *       "body": {
                 *         "model": "gpt-4o-mini",
                 *         "max_tokens": 100,
                 *         "messages": [
                 *           {
                 *             "role": "user",
                 *             "content": "Hello"
                 *           }
                 *         ]
                 *       }
                 *     }
                 */
                "application/json": {
                    path: string;
                    body: {
                        [key: string]: unknown;
                    };
                };
            };
        };
        responses: {
            /** @description The hold */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Quote"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPrices: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                organization_id?: string;
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of prices */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Price"][];
                        has_more: boolean;
                        /** @description For `?cursor=` of the next page. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPricesByProviderByModel: {
        parameters: {
            query?: {
                organization_id?: string;
            };
            header?: never;
            path: {
                provider: string;
                model: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The price */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Price"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putPricesByProviderByModel: {
        parameters: {
            query?: {
                organization_id?: string;
            };
            header?: never;
            path: {
                provider: string;
                model: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "input": "2.00",
                 *       "output": "8.00"
                 *     }
                 */
                "application/json": {
                    input?: string | number | null;
                    output?: string | number | null;
                    cache_read?: string | number | null;
                    cache_write?: string | number | null;
                    cache_write_1h?: string | number | null;
                    reasoning?: string | number | null;
                    audio_input?: string | number | null;
                    audio_output?: string | number | null;
                    image_input?: string | number | null;
                    image_output?: string | number | null;
                    per_request?: string | number | null;
                    units?: {
                        images?: string | number | null;
                        seconds?: string | number | null;
                        characters?: string | number | null;
                        search_units?: string | number | null;
                        pages?: string | number | null;
                        annotated_pages?: string | number | null;
                    } | null;
                    tool_calls?: {
                        [key: string]: string | number;
                    } | null;
                    multiplier?: string | number | null;
                };
            };
        };
        responses: {
            /** @description The price */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Price"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deletePricesByProviderByModel: {
        parameters: {
            query?: {
                organization_id?: string;
            };
            header?: never;
            path: {
                provider: string;
                model: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The list price counts from the next call on */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getProviders: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                organization_id?: string;
                team_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of providers */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Provider"][];
                        has_more: boolean;
                        /** @description For `?cursor=` of the next page. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getProvidersByName: {
        parameters: {
            query?: {
                organization_id?: string;
                team_id?: string;
            };
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The provider */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Provider"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putProvidersByName: {
        parameters: {
            query?: {
                organization_id?: string;
                team_id?: string;
            };
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "api_key": "sk-example-credential"
                 *     }
                 */
                "application/json": {
                    /** @enum {string|null} */
                    kind?: "openai-compatible" | null;
                    api_key?: string | null;
                    aws?: {
                        access_key_id: string;
                        secret_access_key: string;
                        session_token?: string | null;
                        region: string;
                    } | null;
                    service_account?: string | {
                        [key: string]: unknown;
                    } | null;
                    base_url?: string | null;
                    organization_id?: string | null;
                    team_id?: string | null;
                };
            };
        };
        responses: {
            /** @description The provider */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Provider"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteProvidersByName: {
        parameters: {
            query?: {
                organization_id?: string;
                team_id?: string;
            };
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The next call goes without it */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postReseal: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: {
                /** @description The same call with the same key gets the first one's answer, for 24 hours. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description What was done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        checked: number;
                        resealed: number;
                        unreadable: ({
                            /** @enum {string} */
                            kind: "provider";
                            name: string;
                            organization_id: string;
                            team_id?: string;
                        } | {
                            /** @enum {string} */
                            kind: "webhook";
                            id: string;
                            organization_id: string;
                        })[];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getWebhooks: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                organization_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of webhooks */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Webhook"][];
                        has_more: boolean;
                        /** @description For `?cursor=` of the next page. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postWebhooks: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same call with the same key gets the first one's answer, for 24 hours. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "url": "https://hooks.acme.com/tollgate",
                 *       "events": [
                 *         "budget.threshold",
                 *         "budget.exhausted"
                 *       ]
                 *     }
                 */
                "application/json": {
                    url: string;
                    events: ("budget.threshold" | "budget.exhausted" | "budget.refused" | "hold.lapsed" | "key.expiring" | "books.drift")[];
                    enabled?: boolean;
                    organization_id?: string;
                };
            };
        };
        responses: {
            /** @description The webhook, with its secret */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewWebhook"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getWebhooksById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The webhook */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteWebhooksById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patchWebhooksById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "enabled": false
                 *     }
                 */
                "application/json": {
                    url?: string;
                    events?: ("budget.threshold" | "budget.exhausted" | "budget.refused" | "hold.lapsed" | "key.expiring" | "books.drift")[];
                    enabled?: boolean;
                };
            };
        };
        responses: {
            /** @description The webhook */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postWebhooksByIdRotate: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same call with the same key gets the first one's answer, for 24 hours. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "overlap_seconds": 3600
                 *     }
                 */
                "application/json": {
                    /** @default 0 */
                    overlap_seconds?: number;
                };
            };
        };
        responses: {
            /** @description The webhook, with its new secret */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RotatedWebhook"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getWebhooksByIdDeliveries: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of deliveries */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["WebhookDelivery"][];
                        has_more: boolean;
                        /** @description For `?cursor=` of the next page. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postWebhooksByIdTest: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same call with the same key gets the first one's answer, for 24 hours. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description The delivery */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDelivery"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTokens: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                organization_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of tokens */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Token"][];
                        has_more: boolean;
                        /** @description For `?cursor=` of the next page. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postTokens: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same call with the same key gets the first one's answer, for 24 hours. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "billing export",
                 *       "role": "read-only",
                 *       "organization_id": "org_default"
                 *     }
                 */
                "application/json": {
                    name: string;
                    /**
                     * @description admin: everything. org-admin: one organization. team-admin: the keys, members and their budgets of one team. read-only: sees, and changes nothing; of one team with `team_id`.
                     * @enum {string}
                     */
                    role: "admin" | "org-admin" | "team-admin" | "read-only";
                    organization_id?: string;
                    team_id?: string;
                    /** Format: date-time */
                    expires_at?: string | null;
                };
            };
        };
        responses: {
            /** @description The token, with its secret */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewToken"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTokensById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The token */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Token"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteTokensById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The next call with it is refused */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAudit: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                organization_id?: string;
                resource?: "organizations" | "teams" | "users" | "team_members" | "customers" | "keys" | "budgets" | "adjustments" | "price_overrides" | "provider_credentials" | "webhook_endpoints" | "management_tokens" | "holds";
                resource_id?: string;
                /** @description `admin`, a token's id, or `database`. */
                actor?: string;
                action?: string;
                from?: string;
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["AuditEvent"][];
                        has_more: boolean;
                        /** @description For `?cursor=` of the next page. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "budget.threshold": {
        parameters: {
            query?: never;
            header: {
                /** @description The delivery's: the same in each attempt. */
                "webhook-id": string;
                /** @description Of the attempt, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,…` for each secret that counts. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    type: "budget.threshold";
                    /**
                     * Format: date-time
                     * @description RFC 3339, UTC.
                     */
                    timestamp: string;
                    data: {
                        organization_id: string;
                        budget: string;
                        scope: components["schemas"]["Scope"];
                        /** @enum {string} */
                        unit: "usd" | "requests" | "tokens" | "concurrent";
                        /** @enum {string} */
                        enforcement: "hard" | "soft" | "shadow";
                        /** @description USD as decimal text for the unit `usd`, a whole number for the others. */
                        spent: components["schemas"]["Usd"] | number;
                        /** @description USD as decimal text for the unit `usd`, a whole number for the others. */
                        limit: components["schemas"]["Usd"] | number;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC.
                         */
                        period_start: string;
                        name?: string;
                        threshold: number;
                    };
                };
            };
        };
        responses: {
            /** @description It was delivered. After any other answer, or none in 10 s, it is tried again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "budget.exhausted": {
        parameters: {
            query?: never;
            header: {
                /** @description The delivery's: the same in each attempt. */
                "webhook-id": string;
                /** @description Of the attempt, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,…` for each secret that counts. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    type: "budget.exhausted";
                    /**
                     * Format: date-time
                     * @description RFC 3339, UTC.
                     */
                    timestamp: string;
                    data: {
                        organization_id: string;
                        budget: string;
                        scope: components["schemas"]["Scope"];
                        /** @enum {string} */
                        unit: "usd" | "requests" | "tokens" | "concurrent";
                        /** @enum {string} */
                        enforcement: "hard" | "soft" | "shadow";
                        /** @description USD as decimal text for the unit `usd`, a whole number for the others. */
                        spent: components["schemas"]["Usd"] | number;
                        /** @description USD as decimal text for the unit `usd`, a whole number for the others. */
                        limit: components["schemas"]["Usd"] | number;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC.
                         */
                        period_start: string;
                        name?: string;
                    };
                };
            };
        };
        responses: {
            /** @description It was delivered. After any other answer, or none in 10 s, it is tried again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "budget.refused": {
        parameters: {
            query?: never;
            header: {
                /** @description The delivery's: the same in each attempt. */
                "webhook-id": string;
                /** @description Of the attempt, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,…` for each secret that counts. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    type: "budget.refused";
                    /**
                     * Format: date-time
                     * @description RFC 3339, UTC.
                     */
                    timestamp: string;
                    data: {
                        organization_id: string;
                        budget: string;
                        scope: components["schemas"]["Scope"];
                        /** @enum {string} */
                        unit: "usd" | "requests" | "tokens" | "concurrent";
                        /** @enum {string} */
                        enforcement: "hard" | "soft" | "shadow";
                        /** @description USD as decimal text for the unit `usd`, a whole number for the others. */
                        spent: components["schemas"]["Usd"] | number;
                        /** @description USD as decimal text for the unit `usd`, a whole number for the others. */
                        limit: components["schemas"]["Usd"] | number;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC.
                         */
                        period_start: string;
                        code: string;
                        /** @description USD as decimal text for the unit `usd`, a whole number for the others. */
                        held: components["schemas"]["Usd"] | number;
                    };
                };
            };
        };
        responses: {
            /** @description It was delivered. After any other answer, or none in 10 s, it is tried again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "hold.lapsed": {
        parameters: {
            query?: never;
            header: {
                /** @description The delivery's: the same in each attempt. */
                "webhook-id": string;
                /** @description Of the attempt, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,…` for each secret that counts. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    type: "hold.lapsed";
                    /**
                     * Format: date-time
                     * @description RFC 3339, UTC.
                     */
                    timestamp: string;
                    data: {
                        organization_id: string;
                        key_id: string;
                        team_id?: string;
                        user_id?: string;
                        hold_id: string;
                        request_id: string;
                        customer?: string;
                        amount: components["schemas"]["Usd"];
                        budgets?: string[];
                    };
                };
            };
        };
        responses: {
            /** @description It was delivered. After any other answer, or none in 10 s, it is tried again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "key.expiring": {
        parameters: {
            query?: never;
            header: {
                /** @description The delivery's: the same in each attempt. */
                "webhook-id": string;
                /** @description Of the attempt, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,…` for each secret that counts. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    type: "key.expiring";
                    /**
                     * Format: date-time
                     * @description RFC 3339, UTC.
                     */
                    timestamp: string;
                    data: {
                        organization_id: string;
                        key_id: string;
                        team_id?: string;
                        user_id?: string;
                        name?: string;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC.
                         */
                        expires_at: string;
                    };
                };
            };
        };
        responses: {
            /** @description It was delivered. After any other answer, or none in 10 s, it is tried again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "books.drift": {
        parameters: {
            query?: never;
            header: {
                /** @description The delivery's: the same in each attempt. */
                "webhook-id": string;
                /** @description Of the attempt, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,…` for each secret that counts. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    type: "books.drift";
                    /**
                     * Format: date-time
                     * @description RFC 3339, UTC.
                     */
                    timestamp: string;
                    data: {
                        organization_id: string;
                        budget: string;
                        instance?: string;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC.
                         */
                        period_start: string;
                        /** @description USD as decimal text for the unit `usd`, a whole number for the others. */
                        spent: components["schemas"]["Usd"] | number;
                        /** @description USD as decimal text for the unit `usd`, a whole number for the others. */
                        ledger: components["schemas"]["Usd"] | number;
                        /** @description USD as decimal text for the unit `usd`, a whole number for the others. */
                        difference: components["schemas"]["Usd"] | number;
                        repaired: boolean;
                    };
                };
            };
        };
        responses: {
            /** @description It was delivered. After any other answer, or none in 10 s, it is tried again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "webhook.test": {
        parameters: {
            query?: never;
            header: {
                /** @description The delivery's: the same in each attempt. */
                "webhook-id": string;
                /** @description Of the attempt, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,…` for each secret that counts. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    type: "webhook.test";
                    /**
                     * Format: date-time
                     * @description RFC 3339, UTC.
                     */
                    timestamp: string;
                    data: {
                        webhook: string;
                    };
                };
            };
        };
        responses: {
            /** @description It was delivered. After any other answer, or none in 10 s, it is tried again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
