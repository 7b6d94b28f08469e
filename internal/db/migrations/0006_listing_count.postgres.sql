-- Every list counted in blocks of time: level 0 has blocks of 2^35 microseconds
-- (9.5 hours), level 1 of 2^41, level 2 of 2^47. See internal/article/block.go.
CREATE TABLE listing_count (
    scope TEXT NOT NULL,
    level BIGINT NOT NULL,
    ref   BIGINT NOT NULL,
    block BIGINT NOT NULL,
    n     BIGINT NOT NULL,
    PRIMARY KEY (scope, level, ref, block)
);

INSERT INTO listing_count (scope, level, ref, block, n)
    SELECT scope, 0, ref, at >> 35, COUNT(*) FROM listing GROUP BY scope, ref, at >> 35;
INSERT INTO listing_count (scope, level, ref, block, n)
    SELECT scope, 1, ref, block >> 6, SUM(n) FROM listing_count WHERE level = 0 GROUP BY scope, ref, block >> 6;
INSERT INTO listing_count (scope, level, ref, block, n)
    SELECT scope, 2, ref, block >> 6, SUM(n) FROM listing_count WHERE level = 1 GROUP BY scope, ref, block >> 6;

-- How many articles the site published in each year (2026) and each month
-- (202611) of its zone.
CREATE TABLE calendar (
    span BIGINT PRIMARY KEY,
    n    BIGINT NOT NULL
);
INSERT INTO calendar (span, n) SELECT month, SUM(n) FROM listing_month WHERE scope = 'site' AND ref = 0 GROUP BY month;
INSERT INTO calendar (span, n) SELECT month / 100, SUM(n) FROM listing_month WHERE scope = 'site' AND ref = 0 GROUP BY month / 100;
DROP TABLE listing_month;
