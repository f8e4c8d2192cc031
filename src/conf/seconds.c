/* seconds.c - times as people write them. */
#include "conf/conf.h"

#include <string.h>

#include "model/sample.h"

/* Digits and a point, and nothing else that C's readers of numbers would take. */
bool seconds_parse(const char *text, int64_t *out_us)
{
    const int64_t longest = PERIOD_MAX_US;
    size_t whole = strspn(text, "0123456789");
    const char *point = text + whole;
    int64_t us = 0, unit = G_USEC_PER_SEC;
    size_t parts = *point == '.' ? strspn(point + 1, "0123456789") : 0;

    if (whole + parts == 0 || *(point + (*point == '.') + parts) != '\0')
        return false;
    for (size_t i = 0; i < whole && us <= longest; i++)
        us = us * 10 + (text[i] - '0') * unit;
    for (size_t i = 1; i <= parts; i++) {
        unit /= 10;
        us += (point[i] - '0') * unit;
    }
    *out_us = us;
    return us > 0 && us <= longest;
}

bool period_parse(const char *text, int64_t *out_us)
{
    return seconds_parse(text, out_us) && *out_us >= PERIOD_MIN_US;
}
