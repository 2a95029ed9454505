"""An allocation judged from its JSON alone: an independent reading of the rules, and brute force on tiny instances.

Nothing here comes from the code under test.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from fractions import Fraction


class Reading:
    """One `alloc-1` object as plain dictionaries."""

    def __init__(self, data):
        self.data = data
        self.regions = {r["id"]: r for r in data["regions"]}
        self.lines = {r["id"]: r for r in data["lines"]}
        self.intakes = {r["id"]: r for r in data["intakes"]}
        self.programmes = {r["id"]: r for r in data.get("programmes", [])}
        self.partners = {r["id"]: r for r in data.get("partners", [])}
        self.pairs = {(r["line"], r["intake"]): r for r in data["pairs"]}
        self.budgets = {r["need"]: r["max"] for r in data.get("budgets", [])}
        self.locked = {(r["line"], r["intake"]): r["seats"] for r in data.get("locked", []) if r["seats"]}
        self.previous = {(r["line"], r["intake"]): r["seats"] for r in data.get("previous", []) if r["seats"]}
        self.rules = data.get("rules", {})

    def region(self, line):
        return self.lines[line]["region"]

    def province(self, line):
        return self.regions[self.region(line)]["province"]

    def sums(self, plan):
        """Every limited sum of a plan: key -> (used, stated limit)."""
        used, most = Counter(), {}

        def add(key, amount, limit):
            if limit is not None:
                used[key] += amount
                most[key] = limit

        for (line, intake), seats in plan.items():
            add(("line", line), seats, self.lines[line]["seats"])
            i = self.intakes[intake]
            add(("intake", intake), seats, i["max"])
            add(("intake province", intake, self.province(line)), seats, i.get("province_max"))
            add(("intake region", intake, self.region(line)), seats, i.get("region_max"))
            programme = self.programmes.get(i.get("programme"))
            if programme:
                add(("programme", programme["id"]), seats, programme.get("max"))
                key = ("programme province", programme["id"], self.province(line))
                add(key, seats, programme.get("province_max"))
                partner = self.partners.get(programme.get("partner"))
                if partner:
                    add(("partner", partner["id"]), seats, partner.get("max"))
            need = self.lines[line].get("need")
            cost = self.pairs.get((line, intake), {}).get("cost", 0)
            add(("budget", need), seats * cost, self.budgets.get(need))
        return used, most

    def broken(self, plan):
        """Everything a plan does that it must not."""
        found = []
        for key, seats in plan.items():
            if seats < 0:
                found.append(("negative", key))
            if key not in self.pairs and seats != self.locked.get(key, 0):
                found.append(("not eligible", key))
        found += [("lock", key) for key, seats in self.locked.items() if plan.get(key, 0) < seats]
        used, most = self.sums(plan)
        held, _most = self.sums(self.locked)
        found += [key for key, amount in used.items() if amount > max(most[key], held[key])]
        found += [("minimum", i) for i, missing in self.under_minimum(plan).items() if missing and not self.held(i)]
        return found

    def held(self, intake):
        return any(key[1] == intake for key in self.locked)

    def under_minimum(self, plan):
        totals = Counter()
        for (_line, intake), seats in (self.locked | plan).items():
            totals[intake] += seats
        return {i: max(0, self.intakes[i].get("min", 0) - total) for i, total in totals.items() if total}

    def worth(self, plan):
        """The larger the better: unfilled minimums of locked cohorts, shortage, ratios, F, withdrawn."""
        unfilled = sum(missing for i, missing in self.under_minimum(plan).items() if self.held(i))
        by_region, by_province, people = Counter(), Counter(), Counter()
        for (line, _intake), seats in plan.items():
            by_region[self.region(line)] += seats
            by_province[self.province(line)] += seats
        for line in self.lines:
            people[self.province(line)] += self.lines[line]["seats"]
        shortage = sum(max(0, r.get("floor", 0) - by_region[r["id"]]) for r in self.regions.values())
        ratios = tuple(sorted(Fraction(by_province[p], n) for p, n in people.items() if n))
        value = sum(seats * self.pairs[key]["value"] for key, seats in plan.items() if key in self.pairs)
        for province in {r["province"] for r in self.regions.values()}:
            before = 0
            for step in self.rules.get("equity", []):
                upto = step["upto_pct"] * people[province] // 100
                value += max(0, min(by_province[province], upto) - before) * step["bonus"]
                before = upto
        kept = sum(min(plan.get(key, 0), seats) for key, seats in self.previous.items())
        value += self.rules.get("keep_bonus", 0) * kept
        withdrawn = sum(max(0, seats - plan.get(key, 0)) for key, seats in self.previous.items())
        leximin = self.rules.get("mode") == "leximin"
        return (-unfilled, -shortage, ratios if leximin else (), value, -withdrawn)

    def best(self):
        """The worth of the best plan, by trying all of them."""
        keys = sorted({*self.pairs, *self.locked})
        held, _most = self.sums(self.locked)
        choices = []
        for key in keys:
            low = self.locked.get(key, 0)
            high = max(low, min(self.lines[key[0]]["seats"], self.intakes[key[1]]["max"]))
            choices.append(range(low, high + 1) if key in self.pairs else [low])
        best = None
        for seats in itertools.product(*choices):
            plan = {key: n for key, n in zip(keys, seats, strict=True) if n}
            if not self.broken(plan):
                worth = self.worth(plan)
                best = worth if best is None or worth > best else best
        return best


def plan_of(result):
    plan = defaultdict(int)
    for row in result["seats"]:
        assert row["seats"] > 0
        assert (row["line"], row["intake"]) not in plan
        plan[row["line"], row["intake"]] = row["seats"]
    return dict(plan)
