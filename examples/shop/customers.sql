-- One row a customer from the log of purchases: blank-separated lines "customer date cds dollars".
select a[1] as customer_id,
       min(d) as first_purchase,
       max(d) as last_purchase,
       count(*) as purchases,
       sum(a[3]::int)::bigint as cds,
       sum(a[4]::decimal(10, 2))::decimal(12, 2) as spend
from (select a, strptime(a[2], '%Y%m%d')::date as d
      from (select regexp_split_to_array(trim(line), '\s+') as a
            from read_csv('data/CDNOW_master.txt', columns = {'line': 'VARCHAR'}, header = true,
                          delim = '\t', quote = '', auto_detect = false)))
group by 1
