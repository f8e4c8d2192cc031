/* quality_tell.h - the parts of what bench_quality prints. */
#ifndef BENCH_QUALITY_TELL_H
#define BENCH_QUALITY_TELL_H

#include "quality.h"

/* Nothing where that part was not run. */
void quality_tell_days(const Quality *quality);
void quality_tell_steady(const Quality *quality);
void quality_tell_lasting(const Quality *quality);

#endif
