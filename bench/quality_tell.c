/* quality_tell.c - all that was found: first what was wanted, then the tables. */
#include "quality_tell.h"

#include <stdio.h>

#include "sheet.h"

static void tell_bars(const Quality *quality)
{
    Sheet sheet;

    puts("## The bars of quality\n\n"
         "A price curve meets a bar if any point of it does.\n");
    sheet_begin(&sheet, 4, "what|wanted|found|met");
    for (guint i = 0; i < quality->bars->len; i++) {
        const Bar *bar = &g_array_index(quality->bars, Bar, i);

        sheet_cell(&sheet, "%s%s", bar->goal ? "goal: " : "", bar->what);
        sheet_cell(&sheet, "%s", bar->wanted);
        sheet_cell(&sheet, "%s", bar->found);
        sheet_cell(&sheet, "%s", bar->met ? "yes" : bar->goal ? "no" : "**no**");
    }
    sheet_end(&sheet);
}

void quality_tell(const Quality *quality)
{
    puts("# How good the plans are\n");
    tell_bars(quality);
    quality_tell_days(quality);
    quality_tell_lasting(quality);
    quality_tell_steady(quality);
}
