// Calendar and clocks. The guest lives in UTC.
"use strict";

function calendarImports(heap) {
    function fill(tm, date) {
        const fields = [
            date.getUTCSeconds(), date.getUTCMinutes(), date.getUTCHours(), date.getUTCDate(), date.getUTCMonth(),
            date.getUTCFullYear() - 1900, date.getUTCDay(),
            Math.floor((Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate())
                - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86400000),
            0, 0,
        ];
        fields.forEach((value, i) => { heap.i32[(tm >> 2) + i] = value; });
    }
    const expand = (time, tm) => fill(tm, new Date(Number(time) * 1000));
    function compress(tm) {
        const [second, minute, hour, day, month, year] = heap.i32.slice(tm >> 2, (tm >> 2) + 6);
        const date = new Date(Date.UTC(year + 1900, month, day, hour, minute, second));
        if (isNaN(date)) return -1n;
        fill(tm, date);
        return BigInt(date.getTime() / 1000);
    }
    function now(clock) {
        if (clock === 0) return BigInt(Date.now()) * 1000000n;
        return process.hrtime.bigint();
    }
    return {
        _gmtime_js: expand,
        _localtime_js: expand,
        _mktime_js: compress,
        _timegm_js: compress,
        _tzset_js(timezone, daylight, standard, summer) {
            heap.u32[timezone >> 2] = 0;
            heap.i32[daylight >> 2] = 0;
            heap.put("UTC", standard, 17);
            heap.put("UTC", summer, 17);
        },
        _setitimer_js: () => 0,
        clock_time_get(clock, _precision, place) {
            if (clock < 0 || clock > 3) return 28;
            heap.i64[place >> 3] = now(clock);
            return 0;
        },
        clock_res_get(clock, place) {
            if (clock < 0 || clock > 3) return 28;
            heap.i64[place >> 3] = clock === 0 ? 1000000n : 1000n;
            return 0;
        },
    };
}

module.exports = { calendarImports };
