"""What the findings and lists mean for each person: the table `persons`, one row per person of the whole city.

A person on two lists is counted in the unit and commune with the lowest code among the person's records.
"""

PERSONS = """
WITH blocked AS (
    SELECT person_id,
        bool_or(severity = 'blocks_account') AS blocks_account, bool_or(severity = 'blocks_payment') AS blocks_payment,
        bool_or(completes) AS incomplete,
        arg_min(f.check_id, f.check_id) FILTER (severity = 'blocks_account') AS blocker,
        arg_min(f.who, f.check_id) FILTER (severity = 'blocks_account') AS blocker_who
    FROM (SELECT f.person_id, f.severity, f.check_id, f.who, c.completes FROM found f JOIN checks c USING (check_id) WHERE f.person_id <> '') f GROUP BY person_id),
listed AS (
    SELECT person_id, arg_min(unit, (unit, coalesce(commune, '~'))) AS unit, arg_min(commune, (unit, coalesce(commune, '~'))) AS commune,
        arg_min(village, (unit, coalesce(commune, '~'), record_id)) AS village,
        arg_max(policy_group, (coalesce(amount, 0), record_id)) AS policy_group, arg_min(sex, record_id) AS sex, arg_min(age, record_id) AS age,
        count(*) AS entitlements, sum(coalesce(amount, 0))::BIGINT AS amount, any_value(register_result) AS register_result,
        bool_or(declined) AS declined, bool_or(declined AND declined_confirmed AND declined_reason IS NOT NULL) AS declined_confirmed,
        list(DISTINCT name_key) AS own_names
    FROM aged_beneficiaries LEFT JOIN register USING (person_id) GROUP BY person_id),
bad_accounts AS (SELECT DISTINCT row_id FROM found WHERE "table" = 'accounts' AND severity <> 'warns'),
held AS (
    SELECT a.*, b.row_id IS NULL AND a.status = 'active' AS good,
        CASE a.status WHEN 'pending' THEN 'pending' WHEN 'closed' THEN 'closed' WHEN 'locked' THEN 'closed' ELSE 'faulty' END AS trouble,
        CASE WHEN list_contains(l.own_names, a.holder_key) THEN 'own' WHEN list_contains(p.lawful_holders, a.holder_key) THEN 'receiver' ELSE 'unclear' END AS owner,
        coalesce(l.register_result, '') = 'deceased' AS deceased
    FROM accounts a JOIN listed l USING (person_id) JOIN people p USING (person_id) LEFT JOIN bad_accounts b ON b.row_id = a.account_id
    WHERE a.status <> 'rejected'),
accounted AS (
    SELECT person_id, bool_or(good AND NOT deceased) AS usable_account, any_value(deceased) AS deceased,
        arg_min(trouble, (NOT good, opened_at, account_id)) AS trouble, arg_min(owner, (NOT good, account_id)) AS account_owner,
        arg_min(opened_at, (NOT good, opened_at)) AS account_opened_at, arg_min(bank, (NOT good, opened_at, account_id)) AS account_bank,
        arg_min(channel, (NOT good, opened_at, account_id)) AS account_channel
    FROM held GROUP BY person_id),
paid AS (
    SELECT person_id, CASE WHEN bool_or(result = 'paid' AND method = 'account') THEN 'account' WHEN bool_or(result = 'returned') THEN 'returned'
            WHEN bool_or(result = 'paid' AND method = 'cash') THEN 'cash' ELSE 'pending' END AS payment,
        coalesce(sum(amount) FILTER (result = 'paid' AND method = 'account'), 0)::BIGINT AS paid_account,
        coalesce(sum(amount) FILTER (result = 'paid' AND method = 'cash'), 0)::BIGINT AS paid_cash,
        coalesce(sum(amount) FILTER (result = 'returned'), 0)::BIGINT AS returned
    FROM payments y JOIN settings s ON y.period = s.period WHERE person_id <> '' GROUP BY person_id)
SELECT person_id, l.unit, l.commune, l.village, l.policy_group, l.sex, l.age, l.entitlements, l.amount,
    NOT coalesce(b.incomplete, false) AS complete, coalesce(l.register_result, '') = 'matched' AS verified,
    NOT coalesce(b.blocks_account OR b.blocks_payment, false) AS clean, NOT coalesce(b.blocks_account, false) AS ready,
    a.person_id IS NOT NULL AS has_account, a.account_owner, coalesce(a.usable_account, false) AS usable_account,
    CASE WHEN a.person_id IS NULL OR a.usable_account THEN NULL WHEN a.deceased THEN 'deceased' ELSE a.trouble END AS account_trouble, a.account_opened_at, a.account_bank, a.account_channel,
    l.declined AND a.person_id IS NULL AS declined, l.declined_confirmed AND a.person_id IS NULL AS declined_confirmed,
    coalesce(p.payment, 'none') AS payment, coalesce(p.paid_account, 0) AS paid_account, coalesce(p.paid_cash, 0) AS paid_cash, coalesce(p.returned, 0) AS returned,
    b.blocker, b.blocker_who
FROM listed l LEFT JOIN blocked b USING (person_id) LEFT JOIN accounted a USING (person_id) LEFT JOIN paid p USING (person_id)
"""
