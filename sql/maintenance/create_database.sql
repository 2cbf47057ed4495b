create database {name} template {template};
