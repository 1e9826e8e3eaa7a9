/**
 * The controller: the program that answers what is wanted, keeps it, and has the engine do it.
 * {@link dev.weir.controller.WeirServer} starts and stops it; each feature is a package below.
 */
@NullMarked
package dev.weir.controller;

import org.jspecify.annotations.NullMarked;
