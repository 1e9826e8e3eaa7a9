package dev.weir.db;

import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;

/** Contributes the stores to an application that has a data source and Flyway. */
@Configuration(proxyBeanMethods = false)
@EntityScan
@EnableJpaRepositories
@ComponentScan
public class WeirDatabase {}
