/* demo.h - data/scenarios/demo.conf, built in; "make" turns the one into the other. */
#ifndef DEMO_H
#define DEMO_H

extern const char demo_scenario[];

#endif
